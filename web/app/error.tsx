"use client";

import { Crash } from "@/components/shell/notices";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <Crash code={error.digest ?? error.name} onRetry={reset} />;
}
