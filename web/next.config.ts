import { dirname } from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  output: "export",
  trailingSlash: true,
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  // `npm run types` looks at the same files and the tests beside them; a build for users need not.
  typescript: { ignoreBuildErrors: true },
  turbopack: {
    // The workspace's own root holds node_modules; left to itself, Next looks for it by lock files.
    root: dirname(import.meta.dirname),
    rules: { "*.css": { loaders: ["@tailwindcss/turbopack"], as: "*.css" } },
  },
};

export default config;
