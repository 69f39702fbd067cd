import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

/** Where the page is served; the whole stack must run behind it. */
export const WEB_URL = process.env["NOC_WEB_URL"] ?? "http://localhost:3000";
export const PASSWORD = "noc-demo-2026";

/** Chromium with its own telephone calls switched off: only the page may speak. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium-headless-shell",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

export type Screen = "desktop-dark" | "desktop-light" | "phone-dark" | "phone-light";

const sizeOf = (screen: Screen) =>
  screen.startsWith("phone") ? { width: 390, height: 844 } : { width: 1440, height: 900 };
const schemeOf = (screen: Screen) => (screen.endsWith("dark") ? "dark" : "light");

export function contextOf(browser: Browser, screen: Screen = "desktop-dark"): Promise<BrowserContext> {
  return browser.newContext({
    viewport: sizeOf(screen),
    colorScheme: schemeOf(screen),
    locale: "pt-BR",
    timezoneId: "America/Sao_Paulo",
    reducedMotion: "reduce",
  });
}

const shared = new WeakMap<Browser, Map<Screen, Promise<BrowserContext>>>();

/**
 * A page beside the file's others on such a screen: what the browser has loaded and compiled once it
 * keeps. So is what a page stores, until `enterAs` begins anew: two people at a time need `contextOf`.
 */
export async function pageOn(browser: Browser, screen: Screen = "desktop-dark"): Promise<Page> {
  const contexts = shared.get(browser) ?? new Map<Screen, Promise<BrowserContext>>();
  shared.set(browser, contexts);
  const context = contexts.get(screen) ?? contextOf(browser, screen);
  contexts.set(screen, context);
  return (await context).newPage();
}

/** Shows what is open on another screen: the page follows its size and the system's theme. */
export async function turnInto(page: Page, screen: Screen): Promise<void> {
  await page.setViewportSize(sizeOf(screen));
  await page.emulateMedia({ colorScheme: schemeOf(screen) });
  await page.evaluate(() => new Promise(requestAnimationFrame));
}

/** What the page did besides showing itself. */
export interface Traces {
  /** Origins of all requests and sockets. */
  origins: Set<string>;
  /** Refusals of the Content-Security-Policy and uncaught errors. */
  complaints: string[];
}

/** Notes each request, socket, policy refusal and uncaught error of a page. */
export function trace(page: Page): Traces {
  const traces: Traces = { origins: new Set(), complaints: [] };
  const note = (url: string) => traces.origins.add(new URL(url).origin.replace(/^ws/, "http"));
  page.on("request", (request) => note(request.url()));
  page.on("websocket", (socket) => note(socket.url()));
  page.on("pageerror", (error) => traces.complaints.push(error.message));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) traces.complaints.push(message.text());
  });
  return traces;
}

/** Signs in on whatever page was opened. */
export async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Senha").fill(password);
  await page.getByRole("button", { name: "Entrar", exact: true }).click();
}

const SESSION = "noc.session";
/** What signing in by the form left in the browser, by e-mail: later pages of the file begin with it. */
const sessions = new Map<string, string>();

/** Opens the path as this person, on a browser that knows nobody else, with what they see still on its way. */
export async function enterAs(page: Page, email: string, path: string): Promise<void> {
  const kept = sessions.get(email);
  await page.goto(`${WEB_URL}/icon-plain.svg`);
  await page.evaluate(([key, session]) => {
    localStorage.clear();
    if (session !== undefined) localStorage.setItem(key, session);
  }, [SESSION, kept] as const);
  await page.goto(`${WEB_URL}${path}`);
  if (kept !== undefined) return;
  await signIn(page, email);
  const session = await page.waitForFunction((key) => localStorage.getItem(key), SESSION);
  sessions.set(email, String(await session.jsonValue()));
}

export async function openAs(page: Page, email: string, path = "/noc/"): Promise<void> {
  await enterAs(page, email, path);
  await settled(page);
}

/** Until the banner says something: the first read was answered. Else tells what the page shows. */
export async function settled(page: Page): Promise<void> {
  try {
    await page.locator("main [data-verdict]").waitFor();
  } catch (cause) {
    const shown = (await page.locator("body").innerText()).replaceAll(/\s+/g, " ");
    throw new Error(`${page.url()} never settled; it shows: ${shown.slice(0, 600)}`, { cause });
  }
}

export const badge = (page: Page) => page.getByRole("button", { name: /^NOC \S/ });
export const scopePicker = (page: Page) =>
  page.getByRole("button", { name: /^Empresa ou grupo/ });
