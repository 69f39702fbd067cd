import { pt } from "./words-pt";

const PREFIX = "rule.name.";

/** Codes of the rules that the catalogues name. */
export const knownRules: readonly string[] = Object.keys(pt)
  .filter((key) => key.startsWith(PREFIX))
  .map((key) => key.slice(PREFIX.length));
