/**
 * CNPJ, numeric and alphanumeric (IN RFB 2.229/2024, issued since July 2026).
 * Canonical form: 14 upper-case characters without mask; never a number.
 */

const CANONICAL = /^[0-9A-Z]{12}[0-9]{2}$/;
const MASKED = /^([0-9A-Z]{2})\.([0-9A-Z]{3})\.([0-9A-Z]{3})\/([0-9A-Z]{4})-([0-9]{2})$/;
const FIRST_WEIGHTS = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
const SECOND_WEIGHTS = [6, ...FIRST_WEIGHTS];

/** Weighted sum modulo 11; a character is worth its ASCII code minus 48. */
function checkDigit(characters: string, weights: readonly number[]): string {
  const sum = weights.reduce(
    (total, weight, index) => total + (characters.charCodeAt(index) - 48) * weight,
    0,
  );
  const rest = sum % 11;
  return rest < 2 ? "0" : String(11 - rest);
}

/** The two check digits of the first 12 characters, given canonical. */
export function cnpjCheckDigits(base: string): string {
  const first = checkDigit(base, FIRST_WEIGHTS);
  return first + checkDigit(base + first, SECOND_WEIGHTS);
}

/** Canonical form of what a person typed, lower case and mask accepted; null when invalid. */
export function parseCnpj(typed: string): string | null {
  // ASCII only: toUpperCase would turn "ß" or "ı" into letters that nobody typed.
  const upper = typed.trim().replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const canonical = upper.replace(MASKED, "$1$2$3$4$5");
  return isCnpj(canonical) ? canonical : null;
}

/** Whether a canonical CNPJ has the right shape and digits and is not one repeated digit. */
export function isCnpj(canonical: string): boolean {
  if (!CANONICAL.test(canonical) || /^(\d)\1{13}$/.test(canonical)) return false;
  return canonical.slice(12) === cnpjCheckDigits(canonical.slice(0, 12));
}

/** With its mask, for those who may read it whole: 12.ABC.345/01DE-35. */
export function formatCnpj(canonical: string): string {
  const c = canonical;
  return `${c.slice(0, 2)}.${c.slice(2, 5)}.${c.slice(5, 8)}/${c.slice(8, 12)}-${c.slice(12)}`;
}

/** Enough to tell branches apart without telling the company: ••.•••.418/0001-••. */
export function maskCnpj(canonical: string): string {
  return `••.•••.${canonical.slice(5, 8)}/${canonical.slice(8, 12)}-••`;
}
