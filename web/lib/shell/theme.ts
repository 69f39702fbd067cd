export type Theme = "system" | "dark" | "light";

export const THEME_STORAGE_KEY = "noc.theme";
const order: readonly Theme[] = ["system", "dark", "light"];

export function keptTheme(storage: Storage): Theme {
  const kept = storage.getItem(THEME_STORAGE_KEY);
  return order.find((theme) => theme === kept) ?? "system";
}

export function keepTheme(storage: Storage, theme: Theme): void {
  storage.setItem(THEME_STORAGE_KEY, theme);
}

export function nextTheme(theme: Theme): Theme {
  return order[(order.indexOf(theme) + 1) % order.length] ?? "system";
}

/** Writes the theme to <html data-theme>; the tokens read it there. */
export function applyTheme(theme: Theme): void {
  const light = theme === "system" ? matchMedia("(prefers-color-scheme: light)").matches : theme === "light";
  document.documentElement.dataset.theme = light ? "light" : "dark";
}

/** The same as a script for <head>, so that the first paint already has the right colours. */
export const themeScript = `try{var t=localStorage.getItem(${JSON.stringify(THEME_STORAGE_KEY)});document.documentElement.dataset.theme=t==="dark"||t==="light"?t:matchMedia("(prefers-color-scheme: light)").matches?"light":"dark"}catch(e){}`;
