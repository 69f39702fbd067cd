import { Suspense } from "react";
import { SettingsPanel } from "@/components/settings/settings-panel";
import { PageSkeleton } from "@/components/shell/page-skeleton";

export default function SettingsPage() {
  return (
    <Suspense fallback={<PageSkeleton />}>
      <SettingsPanel />
    </Suspense>
  );
}
