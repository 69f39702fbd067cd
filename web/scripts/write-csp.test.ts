import { expect, test } from "vitest";
import { hashesOf, policyOf } from "./write-csp";

test("each inline script is allowed by its hash, files by their origin", () => {
  const html = '<script>alert(1)</script><script async src="/a.js"></script><script id="x">alert(1)</script>';
  expect(hashesOf(html)).toEqual([
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
  ]);
});

test("the policy allows neither eval nor inline code nor another host", () => {
  const policy = policyOf(["'sha256-a'", "'sha256-a'"]);
  expect(policy).toContain("script-src 'self' 'sha256-a';");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self' __CONNECT_SRC__");
  expect(policy).not.toMatch(/unsafe-|\*|https?:|data:/);
});
