import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const folders = "{app,components,hooks,lib,scripts}/**/*.test";

/**
 * Plain logic runs without a browser's objects; components (.tsx) get a DOM. Files share what they
 * import: a module and a DOM for each would take four fifths of the time.
 */
export default defineConfig({
  oxc: { jsx: { runtime: "automatic" } },
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
  test: {
    restoreMocks: true,
    isolate: false,
    maxWorkers: "100%",
    projects: [
      { extends: true, test: { name: "logic", include: [`${folders}.ts`], environment: "node" } },
      { extends: true, test: { name: "dom", include: [`${folders}.tsx`], environment: "jsdom" } },
    ],
  },
});
