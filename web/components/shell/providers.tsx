"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { TooltipProvider } from "@/components/ui/tooltip";
import { LanguageProvider } from "@/lib/noc/i18n";
import { Gate } from "./gate";
import { SessionProvider } from "./session-provider";

export function Providers({ children }: { children: ReactNode }) {
  const [queries] = useState(() => new QueryClient());
  return (
    <LanguageProvider>
      <QueryClientProvider client={queries}>
        <SessionProvider>
          <TooltipProvider>
            <Gate>{children}</Gate>
          </TooltipProvider>
        </SessionProvider>
      </QueryClientProvider>
    </LanguageProvider>
  );
}
