import { Suspense } from "react";
import { NocPanel } from "@/components/noc/noc-panel";
import { PageSkeleton } from "@/components/shell/page-skeleton";

export default function NocPage() {
  return (
    <Suspense fallback={<PageSkeleton />}>
      <NocPanel />
    </Suspense>
  );
}
