/** A contact while it is written. Pure. */
import type { Me } from "./types";
import type { Contact, ContactDraft } from "./types-settings";

/** A new contact with the defaults that the database takes. */
export function newContact(me: Me): ContactDraft {
  const [group] = me.groups;
  const [company] = me.companies;
  const admin = me.role === "admin";
  return {
    contact_id: null,
    name: "",
    email: null,
    phone: null,
    language: "pt-BR",
    role: admin ? "admin" : "franqueado",
    company_cnpj: admin || group !== undefined ? null : (company?.company_cnpj ?? null),
    group_id: admin ? null : (group?.group_id ?? null),
    user_id: null,
    email_from: "warning",
    whatsapp_from: "critical",
    escalation_step: 0,
    opted_in: false,
    quiet_from: null,
    quiet_until: null,
  };
}

export function draftOf(contact: Contact): ContactDraft {
  const { email_broken, whatsapp_broken, ...draft } = contact;
  void [email_broken, whatsapp_broken];
  return draft;
}

/** The scope as one value of a list: "all", "group:<id>" or "company:<cnpj>". */
export function scopeKey({ company_cnpj, group_id }: Pick<ContactDraft, "company_cnpj" | "group_id">): string {
  if (company_cnpj !== null) return `company:${company_cnpj}`;
  return group_id === null ? "all" : `group:${group_id}`;
}

/** The part of a draft that a scope and a role decide: an admin hears of all, a cliente of one company. */
export function inScope(key: string): Pick<ContactDraft, "company_cnpj" | "group_id"> {
  const [kind, id = null] = key.split(":");
  return {
    company_cnpj: kind === "company" ? id : null,
    group_id: kind === "group" ? id : null,
  };
}
