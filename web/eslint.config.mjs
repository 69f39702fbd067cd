import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Modules that a layer may not import; types are free, they leave no trace at run time. */
function mayNotImport(...groups) {
  return {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      { patterns: groups.map(([group, message]) => ({ group, message, allowTypeImports: true })) },
    ],
  };
}

const app = [["@/app/*", "../app/*"], "app is the outermost layer: nothing imports it"];
const components = [["@/components/*"], "components are above this layer"];
const hooks = [["@/hooks/*"], "hooks are above this layer"];

/** A call of this method outside the one file that owns it. */
function onlyIn(method, file) {
  return {
    selector: `CallExpression[callee.property.name='${method}']`,
    message: `.${method}() belongs to ${file}`,
  };
}

const rpc = onlyIn("rpc", "lib/noc/api.ts");
const channel = onlyIn("channel", "hooks/use-noc-feed.ts");

export default tseslint.config(
  { ignores: [".next/", "out/", "node_modules/", "next-env.d.ts"] },
  ...tseslint.configs.strict,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
      "no-restricted-syntax": ["error", rpc, channel],
    },
  },
  { files: ["lib/**"], rules: mayNotImport(app, components, hooks) },
  { files: ["hooks/**"], rules: mayNotImport(app, components) },
  { files: ["components/**"], rules: mayNotImport(app) },
  {
    files: ["components/ui/**"],
    rules: mayNotImport(app, hooks, [["@/components/noc/*", "@/components/shell/*"], "ui is stock"]),
  },
  { files: ["lib/noc/api.ts"], rules: { "no-restricted-syntax": ["error", channel] } },
  { files: ["hooks/use-noc-feed.ts"], rules: { "no-restricted-syntax": ["error", rpc] } },
);
