import { defineConfig } from "vitest/config";

/** Browser tests against a running stack (NOC_WEB_URL); one browser, one file at a time. */
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
