// Signs in on the real page and prints a line of JSON for each look that the NOC button takes:
// {"status": "DOWN", "at": <ms since 1970>}, stamped in the page when its DOM changes.
import process from "node:process";
import { chromium } from "playwright-core";

const { PAGE_URL, PAGE_EMAIL, PAGE_PASSWORD, CHROMIUM_PATH } = process.env;
const BUTTON = ".noc-button[data-status]";
const PATIENCE_MS = 60_000;

/** Runs in the page: reports the button's status now and whenever the DOM has another one. */
function watch(selector) {
  let shown;
  const look = () => {
    const status = document.querySelector(selector)?.dataset.status;
    if (status === undefined || status === shown) return;
    shown = status;
    void window.report({ status, at: Date.now() });
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-status"],
  });
  look();
}

const browser = await chromium.launch({
  executablePath: CHROMIUM_PATH,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.exposeFunction("report", (look) => {
    process.stdout.write(`${JSON.stringify(look)}\n`);
  });
  await page.goto(PAGE_URL);
  await page.fill("input[name=email]", PAGE_EMAIL);
  await page.fill("input[name=password]", PAGE_PASSWORD);
  await page.click("button[type=submit]");
  await page.waitForSelector(BUTTON);
  await page.evaluate(watch, BUTTON);
  // Until whoever started this closes our input.
  await new Promise((done) => process.stdin.resume().once("end", done));
} finally {
  await browser.close();
}
