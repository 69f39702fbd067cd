"use client";

import type { AuthError, SupabaseClient } from "@supabase/supabase-js";
import { useState, type SubmitEvent } from "react";
import { Button } from "@/components/ui/button";
import { useT } from "@/lib/noc/i18n";
import { Brand } from "./brand";
import { LanguageSwitch } from "./language-switch";

type Refusal = "signIn.refused" | "signIn.unreachable" | "signIn.tooMany" | "signIn.missing";

function refusalOf({ status, code }: AuthError): Refusal {
  if (status === 429) return "signIn.tooMany";
  if (code === "validation_failed") return "signIn.missing";
  return status !== undefined && status >= 400 && status < 500
    ? "signIn.refused"
    : "signIn.unreachable";
}

interface FieldProps {
  label: string;
  name: string;
  type: "email" | "password";
  autoComplete: string;
  invalid: boolean;
}

function Field({ label, name, type, autoComplete, invalid }: FieldProps) {
  return (
    <label className="grid gap-1.5 text-small font-medium">
      {label}
      <input
        name={name}
        type={type}
        autoComplete={autoComplete}
        required
        aria-invalid={invalid}
        aria-describedby={invalid ? "sign-in-problem" : undefined}
        className="h-11 rounded-control border border-line-3 bg-canvas px-3 text-body font-normal tablet:h-9"
      />
    </label>
  );
}

/** E-mail and password; on success the session provider shows the page that was asked for. */
export function SignInForm({ supabase, expired }: { supabase: SupabaseClient; expired: boolean }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const note = expired ? "signIn.expired" : "signIn.note";

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const email = String(fields.get("email") ?? "").trim();
    const password = String(fields.get("password") ?? "");
    setBusy(true);
    setProblem(null);
    const { error } = await supabase.auth.signInWithPassword({ email, password });
    setBusy(false);
    if (error) setProblem(refusalOf(error));
  };

  return (
    <main id="content" className="grid min-h-dvh place-items-center p-4">
      <form
        onSubmit={(event) => void submit(event)}
        className="grid w-full max-w-sm gap-4 rounded-panel border border-line-1 bg-panel p-6"
      >
        <div className="flex items-center justify-between gap-2">
          <Brand />
          <LanguageSwitch />
        </div>
        <div>
          <h1 className="text-lead font-semibold">{t("signIn.title")}</h1>
          <p className="text-small text-fg-2">{t(note)}</p>
        </div>
        <Field
          label={t("signIn.email")}
          name="email"
          type="email"
          autoComplete="username"
          invalid={problem !== null}
        />
        <Field
          label={t("signIn.password")}
          name="password"
          type="password"
          autoComplete="current-password"
          invalid={problem !== null}
        />
        {problem !== null && (
          <p
            id="sign-in-problem"
            role="alert"
            className="st-down rounded-control border border-state-edge bg-state-tint px-3 py-2 text-small text-state-fg"
          >
            {t(problem)}
          </p>
        )}
        <Button type="submit" look="primary" size="large" disabled={busy} className="max-tablet:h-11">
          {busy ? t("signIn.busy") : t("signIn.submit")}
        </Button>
      </form>
    </main>
  );
}
