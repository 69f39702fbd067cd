import { NotFound } from "@/components/shell/notices";

export default function NotFoundPage() {
  return <NotFound />;
}
