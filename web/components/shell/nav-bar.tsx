"use client";

import { Moon, Sun, SunMoon } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { useMe } from "@/hooks/use-noc-query";
import { useShortcuts } from "@/hooks/use-shortcuts";
import { useTheme } from "@/hooks/use-theme";
import { useT } from "@/lib/noc/i18n";
import type { Theme } from "@/lib/shell/theme";
import { AccountMenu } from "./account-menu";
import { Announcer } from "./announcer";
import { Brand } from "./brand";
import { DemoData } from "./demo-data";
import { HelpDialog } from "./help-dialog";
import { NocButton } from "./noc-button";

const themeIcons: Record<Theme, ReactNode> = {
  system: <SunMoon aria-hidden size={16} />,
  dark: <Moon aria-hidden size={16} />,
  light: <Sun aria-hidden size={16} />,
};

function HomeLink() {
  const t = useT();
  const path = usePathname();
  return (
    <Link
      href="/"
      aria-current={path === "/" ? "page" : undefined}
      className="rounded-control px-2.5 py-1 text-fg-2 hover:bg-hover hover:text-fg-1 aria-[current]:text-fg-1 max-tablet:hidden"
    >
      {t("shell.home")}
    </Link>
  );
}

/** For those who have something to set. */
function SettingsLink() {
  const t = useT();
  const path = usePathname();
  const me = useMe();
  if (me.data?.data.can_operate !== true) return null;
  return (
    <Link
      href="/noc/settings/"
      aria-current={path.startsWith("/noc/settings") ? "page" : undefined}
      className="rounded-control px-2.5 py-1 text-fg-2 hover:bg-hover hover:text-fg-1 aria-[current]:text-fg-1 max-tablet:hidden"
    >
      {t("settings.link")}
    </Link>
  );
}

/** The shell's bar: brand, the host's area, the NOC button, theme and account. */
export function NavBar() {
  const t = useT();
  const { theme, cycleTheme } = useTheme();
  const [help, setHelp] = useState(false);
  const openHelp = () => {
    setHelp(true);
  };
  useShortcuts({ t: cycleTheme, "?": openHelp });
  return (
    <header>
      <a
        href="#content"
        className="sr-only z-(--z-toast) rounded-control bg-raised px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t("page.skip")}
      </a>
      <nav
        aria-label={t("shell.navigation")}
        className="flex h-12 items-center gap-1 border-b border-line-1 bg-panel px-3 tablet:px-4"
      >
        <Link href="/" className="mr-4 rounded-control">
          <Brand />
        </Link>
        <HomeLink />
        <SettingsLink />
        <span className="grow" />
        <NocButton />
        <Button
          look="ghost"
          icon
          onClick={cycleTheme}
          aria-label={t("shell.themeNow", { theme: t(`page.theme.${theme}`) })}
          title={t(`page.theme.${theme}`)}
          className="ml-1 max-tablet:hidden"
        >
          {themeIcons[theme]}
        </Button>
        <AccountMenu onHelp={openHelp} />
      </nav>
      <HelpDialog
        open={help}
        onClose={() => {
          setHelp(false);
        }}
      />
      <DemoData />
      <Announcer />
    </header>
  );
}
