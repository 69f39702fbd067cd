"use client";

import { Ellipsis, Lock } from "lucide-react";
import { useActions } from "@/hooks/use-actions";
import { useT } from "@/lib/noc/i18n";
import { companyOffers } from "@/lib/noc/quick";
import type { MatrixCompany } from "@/lib/noc/types";
import { Button } from "../../ui/button";
import { Menu, MenuContent, MenuItem, MenuNote, MenuTrigger } from "../../ui/menu";
import { ActionIcon } from "./action-icon";

export interface CompanyMenuProps {
  company: MatrixCompany;
  /** Whether Tab stops at its row. */
  reachable: boolean;
}

/** What can be done for a company, in its row; out of sight until the row is looked at. */
export function CompanyMenu({ company, reachable }: CompanyMenuProps) {
  const t = useT();
  const { ask, locked, pauseOf } = useActions();
  const offers = companyOffers(t, company.company_cnpj, pauseOf(company.company_cnpj));
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button
          look="ghost"
          size="row"
          icon
          tabIndex={reachable ? 0 : -1}
          aria-label={t("action.more", { company: company.name })}
          className="noc-row-menu"
        >
          <Ellipsis aria-hidden size={16} />
        </Button>
      </MenuTrigger>
      <MenuContent align="start">
        {locked !== null && <MenuNote>{locked}</MenuNote>}
        {offers.map(({ ask: wish, label }) => (
          <MenuItem
            key={wish.action}
            icon={locked === null ? <ActionIcon action={wish.action} size={14} /> : <Lock size={14} />}
            locked={locked !== null}
            onSelect={() => {
              ask(wish);
            }}
          >
            {label}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}
