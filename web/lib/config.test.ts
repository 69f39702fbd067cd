import { expect, test } from "vitest";
import { ConfigError, loadConfig } from "./config";

const good = { supabase_url: "http://127.0.0.1:54321", supabase_publishable_key: "sb_publishable_x" };
const answering = (body: unknown, status = 200) => () =>
  Promise.resolve(new Response(JSON.stringify(body), { status }));

test("a complete configuration is read", async () => {
  await expect(loadConfig(answering(good))).resolves.toEqual(good);
});

test.each([
  ["missing", answering({}, 404)],
  ["without a key", answering({ ...good, supabase_publishable_key: "" })],
  ["without an address", answering({ ...good, supabase_url: "not a url" })],
  ["not an object", answering("<html>")],
  ["unreachable", () => Promise.reject(new TypeError("fetch failed"))],
])("a configuration that is %s is refused by name", async (_, request) => {
  await expect(loadConfig(request)).rejects.toThrow(ConfigError);
});
