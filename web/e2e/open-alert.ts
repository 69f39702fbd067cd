import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach } from "vitest";
import { dropAlerts, openAlert } from "./alerts";
import { launch, pageOn, type Screen } from "./browser";

/** What each test of a file finds: an open alert, and a page of its own to see it on. */
export class Stage {
  alert_id = "";
  #browser: Browser | null = null;
  #page: Page | null = null;

  get page(): Page {
    if (this.#page === null) throw new Error("no test runs");
    return this.#page;
  }

  row(): Locator {
    return this.page.locator(`[data-alert="${this.alert_id}"]`);
  }

  /** Until the page has said so. */
  async told(sentence: RegExp): Promise<void> {
    await this.page.getByRole("status").getByText(sentence).waitFor();
  }

  /** Another page in the place of the present one, of somebody who is not signed in. */
  async showOn(screen: Screen = "desktop-dark"): Promise<void> {
    this.#browser ??= await launch();
    await this.#page?.close();
    this.#page = await pageOn(this.#browser, screen);
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }
}

/** Sets the stage for every test of the file; `drops` take away what the tests made besides. */
export function withOpenAlert(...drops: (() => Promise<void>)[]): Stage {
  const stage = new Stage();
  afterAll(() => stage.close());
  beforeEach(async () => {
    stage.alert_id = await openAlert();
    await stage.showOn();
  });
  afterEach(async () => {
    await stage.page.close();
    for (const drop of [...drops, dropAlerts]) await drop();
  });
  return stage;
}
