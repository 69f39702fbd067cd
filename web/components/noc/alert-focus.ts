/** Where the keyboard goes when what it was in is gone. */

/** Id of the drawer's heading. */
export const INCIDENT_HEADING = "incident-heading";

/** To the alert's row, or to the list when the row went too. */
export function focusRow(alert_id: string): void {
  const row = document.querySelector(`[data-alert="${CSS.escape(alert_id)}"] button`);
  const target = row ?? document.getElementById("alerts");
  if (target instanceof HTMLElement) target.focus();
}

/** To the drawer when one is open, else to the alert's row. */
export function focusAlert(alert_id: string): void {
  const heading = document.getElementById(INCIDENT_HEADING);
  if (heading === null) focusRow(alert_id);
  else heading.focus();
}
