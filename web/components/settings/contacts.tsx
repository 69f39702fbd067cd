"use client";

import { BellRing, Mail, MessageCircle, Plus } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/hooks/use-action";
import { useAlertWork } from "@/hooks/use-alert-work";
import { useContacts } from "@/hooks/use-noc-query";
import { useReadCondition } from "@/hooks/use-read-condition";
import { useSignedIn } from "@/hooks/use-session";
import { deleteContact, testContact } from "@/lib/noc/api";
import { draftOf, newContact } from "@/lib/noc/contact-draft";
import type { Read } from "@/lib/noc/hint";
import { severityWord } from "@/lib/noc/incident-said";
import { useT } from "@/lib/noc/i18n";
import type { Me } from "@/lib/noc/types";
import type { Channel, Contact, ContactDraft } from "@/lib/noc/types-settings";
import { failureSentence } from "@/lib/noc/work-said";
import { ConditionMark, PanelEmpty, PanelState, settled, showsContent } from "../noc/panel-state";
import { Problem } from "../noc/problem";
import { StatusShape } from "../noc/status-shape";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { ContactDialog } from "./contact-dialog";

const touched: readonly Read[] = ["contacts", "notifications"];
const signs = { email: Mail, whatsapp: MessageCircle };

function scopeSaid(me: Me, { company_cnpj, group_id }: Contact): string | null {
  if (company_cnpj !== null) {
    return me.companies.find((each) => each.company_cnpj === company_cnpj)?.name ?? company_cnpj;
  }
  return me.groups.find((each) => each.group_id === group_id)?.name ?? null;
}

/** One way to reach somebody: to where, from what on, and whether the provider refused it. */
function ChannelLine({ contact, channel }: { contact: Contact; channel: Channel }) {
  const t = useT();
  const address = channel === "email" ? contact.email : contact.phone;
  const from = channel === "email" ? contact.email_from : contact.whatsapp_from;
  const broken = channel === "email" ? contact.email_broken : contact.whatsapp_broken;
  const Sign = signs[channel];
  if (address === null) return null;
  return (
    <p className="flex min-w-0 items-center gap-1.5 text-small text-fg-2">
      <Sign role="img" aria-label={t(`contact.channel.${channel}`)} size={14} className="shrink-0 text-fg-3" />
      <span className="min-w-0 truncate">
        {from === null
          ? `${address}, ${t("contact.never")}`
          : t("contact.from", { address, status: severityWord(t, from) })}
      </span>
      {broken !== null && (
        <span className="st-degraded inline-flex shrink-0 items-center gap-1 font-medium text-state-fg">
          <StatusShape status="DEGRADED" size={12} />
          {t("contact.broken", { reason: broken })}
        </span>
      )}
    </p>
  );
}

function Tests({ contact, busy, onTest }: { contact: Contact; busy: boolean; onTest: (channel: Channel) => void }) {
  const t = useT();
  const channels = (["email", "whatsapp"] as const).filter((channel) =>
    channel === "email" ? contact.email !== null : contact.phone !== null,
  );
  return channels.map((channel) => {
    const name = t(`contact.channel.${channel}`);
    return (
      <Button
        key={channel}
        disabled={busy}
        aria-label={t("contact.testOf", { channel: name, name: contact.name })}
        className="max-tablet:h-11 max-tablet:grow"
        onClick={() => {
          onTest(channel);
        }}
      >
        {t("contact.test", { channel: name })}
      </Button>
    );
  });
}

interface RowProps {
  me: Me;
  contact: Contact;
  onEdit: () => void;
}

function Row({ me, contact, onEdit }: RowProps) {
  const t = useT();
  const { supabase } = useSignedIn();
  const { tell } = useAlertWork();
  const { busy, failure, run } = useAction(touched);
  const [sure, setSure] = useState(false);
  const { contact_id, name, role } = contact;
  const test = async (channel: Channel) => {
    const done = await run(async () => {
      await testContact(supabase, contact_id, channel);
      return true;
    });
    if (done) tell(t("contact.tested", { name, channel: t(`contact.channel.${channel}`) }));
  };
  const remove = async () => {
    const done = await run(async () => {
      await deleteContact(supabase, contact_id);
      return true;
    });
    if (done) tell(t("contact.deleted"));
  };
  const facts = [
    t(`role.${role}`),
    role === "admin" ? t("contact.scope.all") : scopeSaid(me, contact),
    t(`contact.step.${contact.escalation_step}`),
    contact.quiet_from !== null && contact.quiet_until !== null
      ? t("contact.quiet", { from: contact.quiet_from, until: contact.quiet_until })
      : null,
    role === "cliente" && !contact.opted_in ? t("contact.notOptedIn") : null,
  ];
  return (
    <li className="grid gap-2 border-t border-line-1 px-3 py-2.5">
      <div className="grid min-w-0 items-center gap-x-4 gap-y-2 desk:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]">
        <div className="min-w-0">
          <p className="font-medium">{name}</p>
          <p className="text-small text-fg-2">{facts.filter(Boolean).join(" · ")}</p>
        </div>
        <div className="grid min-w-0 gap-0.5">
          <ChannelLine contact={contact} channel="email" />
          <ChannelLine contact={contact} channel="whatsapp" />
        </div>
        <div className="grid grid-cols-2 gap-1.5 tablet:flex tablet:flex-wrap desk:w-92 desk:justify-end">
          <Tests contact={contact} busy={busy} onTest={(channel) => void test(channel)} />
          <Button
            aria-label={t("contact.editOf", { name })}
            className="max-tablet:h-11 max-tablet:grow"
            onClick={onEdit}
          >
            {t("contact.edit")}
          </Button>
          <Button
            disabled={busy}
            aria-label={sure ? undefined : t("contact.deleteOf", { name })}
            className="max-tablet:h-11 max-tablet:grow"
            onBlur={() => {
              setSure(false);
            }}
            onClick={() => {
              if (sure) void remove();
              else setSure(true);
            }}
          >
            {t(sure ? "contact.deleteSure" : "contact.delete")}
          </Button>
        </div>
      </div>
      {failure !== null && <Problem>{failureSentence(t, failure)}</Problem>}
    </li>
  );
}

/** Who is told of alerts. */
export function Contacts({ me }: { me: Me }) {
  const t = useT();
  const read = useContacts();
  const [draft, setDraft] = useState<ContactDraft | null>(null);
  const contacts = read.data?.data.contacts ?? null;
  const shown = settled(contacts, useReadCondition(read));
  return (
    <Card
      title={t("contact.title")}
      note={t("contact.note")}
      aside={
        <>
          <ConditionMark condition={shown} />
          {showsContent(shown) && (
            <Button
              look="tonal"
              className="max-tablet:h-11"
              onClick={() => {
                setDraft(newContact(me));
              }}
            >
              <Plus aria-hidden size={14} />
              {t("contact.new")}
            </Button>
          )}
        </>
      }
    >
      <PanelState name={t("contact.title")} condition={shown} shape="list">
        {contacts !== null && contacts.length > 0 ? (
          <ul>
            {contacts.map((contact) => (
              <Row
                key={contact.contact_id}
                me={me}
                contact={contact}
                onEdit={() => {
                  setDraft(draftOf(contact));
                }}
              />
            ))}
          </ul>
        ) : (
          <PanelEmpty
            icon={<BellRing aria-hidden size={20} />}
            title={t("contact.emptyTitle")}
            note={t("contact.emptyNote")}
          />
        )}
      </PanelState>
      {draft !== null && (
        <ContactDialog
          key={draft.contact_id ?? "new"}
          me={me}
          initial={draft}
          onClose={() => {
            setDraft(null);
          }}
        />
      )}
    </Card>
  );
}
