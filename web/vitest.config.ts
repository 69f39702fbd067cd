import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const folders = "{app,components,hooks,lib,scripts}/**/*.test";

/** Plain logic runs without a browser's objects; components (.tsx) get a DOM. */
export default defineConfig({
  oxc: { jsx: { runtime: "automatic" } },
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
  test: {
    restoreMocks: true,
    projects: [
      { extends: true, test: { name: "logic", include: [`${folders}.ts`], environment: "node" } },
      { extends: true, test: { name: "dom", include: [`${folders}.tsx`], environment: "jsdom" } },
    ],
  },
});
