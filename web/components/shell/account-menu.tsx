"use client";

import { CircleUserRound, Keyboard, LogOut, SlidersHorizontal } from "lucide-react";
import Link from "next/link";
import { useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { Segments } from "@/components/ui/radio-group";
import { useMe } from "@/hooks/use-noc-query";
import { useSignedIn } from "@/hooks/use-session";
import { useTheme } from "@/hooks/use-theme";
import { useT } from "@/lib/noc/i18n";
import type { Theme } from "@/lib/shell/theme";
import { LanguageSwitch } from "./language-switch";

const themes: readonly Theme[] = ["system", "dark", "light"];

function Setting({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid justify-items-start gap-1.5">
      <span aria-hidden className="text-small text-fg-3">
        {label}
      </span>
      {children}
    </div>
  );
}

function Preferences() {
  const t = useT();
  const { theme, chooseTheme } = useTheme();
  return (
    <div className="grid gap-3 border-y border-line-1 px-4 py-3">
      <Setting label={t("page.theme")}>
        <Segments
          label={t("page.theme")}
          value={theme}
          onChange={chooseTheme}
          choices={themes.map((value) => ({ value, label: t(`page.theme.${value}`) }))}
        />
      </Setting>
      <Setting label={t("page.language")}>
        <LanguageSwitch />
      </Setting>
    </div>
  );
}

/** Who is signed in, the reader's preferences, and the way out. */
export function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const t = useT();
  const { email, signOut } = useSignedIn();
  const me = useMe();
  const [open, setOpen] = useState(false);
  const role = me.data?.data.role ?? null;
  const roleName = role === null ? t("shell.noRole") : t(`role.${role}`);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button look="ghost" className="max-tablet:size-11">
          <CircleUserRound aria-hidden size={18} />
          <span className="max-tablet:sr-only">
            <span className="sr-only">{t("shell.account")}: </span>
            {me.data ? roleName : ""}
          </span>
        </Button>
      </PopoverTrigger>
      <PopoverContent label={t("shell.account")} align="end" className="w-72">
        <div className="px-4 py-3">
          <p className="truncate font-medium" title={email}>
            {email}
          </p>
          <p className="text-small text-fg-2">{roleName}</p>
        </div>
        <Preferences />
        <div className="grid p-2">
          {me.data?.data.can_operate === true && (
            <Link
              href="/noc/settings/"
              onClick={() => {
                setOpen(false);
              }}
              className="flex h-7 items-center gap-1.5 rounded-control px-2.5 text-small font-medium text-fg-2 hover:bg-hover hover:text-fg-1 max-tablet:h-11"
            >
              <SlidersHorizontal aria-hidden size={16} />
              {t("settings.link")}
            </Link>
          )}
          <Button
            look="ghost"
            className="justify-start max-tablet:hidden"
            onClick={() => {
              setOpen(false);
              onHelp();
            }}
          >
            <Keyboard aria-hidden size={14} />
            {t("shell.shortcuts")}
          </Button>
          <Button look="ghost" className="justify-start max-tablet:h-11" onClick={() => void signOut()}>
            <LogOut aria-hidden size={14} />
            {t("page.signOut")}
          </Button>
        </div>
      </PopoverContent>
    </Popover>
  );
}
