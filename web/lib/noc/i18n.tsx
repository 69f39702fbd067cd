"use client";

import {
  createContext,
  use,
  useEffect,
  useMemo,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { createFormat, type Format } from "./format";
import { en } from "./words-en";
import { pt } from "./words-pt";

export type Language = "pt-BR" | "en";
export type WordKey = keyof typeof pt;

/** Names between braces in a sentence: "há {age}" needs {age}. */
type HolesOf<S extends string> = S extends `${string}{${infer Hole}}${infer Rest}`
  ? Hole | HolesOf<Rest>
  : never;
type Fill<K extends WordKey> = [HolesOf<(typeof pt)[K]>] extends [never]
  ? []
  : [fill: Record<HolesOf<(typeof pt)[K]>, string | number>];
type PluralKey = { [K in WordKey]: K extends `${infer Base}.one` ? Base : never }[WordKey];

export interface Translate {
  /** The sentence of a key with its holes filled. */
  <K extends WordKey>(key: K, ...fill: Fill<K>): string;
  /** The sentence for a code that the database sent; null when no key has it. */
  find: (prefix: string, code: string, fill?: Record<string, string | number>) => string | null;
  /** The word for a code that the database sent; the code itself when no key has it. */
  code: (prefix: string, code: string) => string;
  /** Picks `key.one` or `key.other`; `n` is shown with the language's separators. */
  count: (key: PluralKey, n: number, fill?: Record<string, string | number>) => string;
}

const catalogues: Record<Language, Record<WordKey, string>> = { "pt-BR": pt, en };

function fillHoles(sentence: string, fill: Record<string, string | number> | undefined): string {
  if (fill === undefined) return sentence;
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => String(fill[name] ?? hole));
}

function isWordKey(key: string): key is WordKey {
  return Object.hasOwn(pt, key);
}

/** The translator of a language, for code outside React (title, notifications). */
export function createTranslate(language: Language): Translate {
  const words = catalogues[language];
  const numbers = new Intl.NumberFormat(language);
  const lookUp = (key: string, fill?: Record<string, string | number>): string | null =>
    isWordKey(key) ? fillHoles(words[key], fill) : null;
  const say = (key: WordKey, fill?: Record<string, string | number>): string =>
    fillHoles(words[key], fill);
  return Object.assign(say, {
    find: (prefix: string, code: string, fill?: Record<string, string | number>) =>
      lookUp(`${prefix}.${code}`, fill),
    code: (prefix: string, code: string) => lookUp(`${prefix}.${code}`) ?? code,
    count: (key: string, n: number, fill?: Record<string, string | number>) =>
      lookUp(`${key}.${n === 1 ? "one" : "other"}`, { ...fill, n: numbers.format(n) }) ?? key,
  });
}

interface Speech {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Translate;
  format: Format;
}

/** Where the reader's choice is kept in the browser. */
export const LANGUAGE_STORAGE_KEY = "noc.language";
const CHOSEN = "noc:language";
const DEFAULT_TIME_ZONE = "America/Sao_Paulo";

function speechOf(
  language: Language,
  timeZone: string,
  setLanguage: Speech["setLanguage"],
): Speech {
  return {
    language,
    setLanguage,
    t: createTranslate(language),
    format: createFormat(language, timeZone),
  };
}

const SpeechContext = createContext<Speech>(speechOf("pt-BR", DEFAULT_TIME_ZONE, () => {}));

export interface LanguageProviderProps {
  children: ReactNode;
  initial?: Language;
  /** IANA zone in which every time is written. */
  timeZone?: string;
}

/** Null where nothing was chosen yet or the browser keeps nothing for this site. */
function keptLanguage(): Language | null {
  try {
    const kept = window.localStorage.getItem(LANGUAGE_STORAGE_KEY);
    return kept === "pt-BR" || kept === "en" ? kept : null;
  } catch {
    return null;
  }
}

function keepLanguage(language: Language): void {
  try {
    window.localStorage.setItem(LANGUAGE_STORAGE_KEY, language);
  } catch {
    // A browser that forbids storage keeps the first language; nothing else depends on it.
  }
  window.dispatchEvent(new Event(CHOSEN));
}

function onLanguage(changed: () => void): () => void {
  window.addEventListener(CHOSEN, changed);
  window.addEventListener("storage", changed);
  return () => {
    window.removeEventListener(CHOSEN, changed);
    window.removeEventListener("storage", changed);
  };
}

/** Portuguese first; the reader's choice is remembered and written to <html lang>. */
export function LanguageProvider({
  children,
  initial = "pt-BR",
  timeZone = DEFAULT_TIME_ZONE,
}: LanguageProviderProps) {
  const kept = useSyncExternalStore(onLanguage, keptLanguage, () => null);
  const language = kept ?? initial;

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const speech = useMemo(() => speechOf(language, timeZone, keepLanguage), [language, timeZone]);

  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export function useT(): Translate {
  return use(SpeechContext).t;
}

export function useFormat(): Format {
  return use(SpeechContext).format;
}

export function useLanguage(): Pick<Speech, "language" | "setLanguage"> {
  const { language, setLanguage } = use(SpeechContext);
  return { language, setLanguage };
}
