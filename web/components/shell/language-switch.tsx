"use client";

import { Segments } from "@/components/ui/radio-group";
import { useLanguage, useT, type Language } from "@/lib/noc/i18n";

/** Each language in its own name, so that whoever cannot read the page finds it. */
const languages: readonly { value: Language; label: string }[] = [
  { value: "pt-BR", label: "Português" },
  { value: "en", label: "English" },
];

export function LanguageSwitch() {
  const t = useT();
  const { language, setLanguage } = useLanguage();
  return (
    <Segments
      label={t("page.language")}
      value={language}
      onChange={setLanguage}
      choices={languages}
    />
  );
}
