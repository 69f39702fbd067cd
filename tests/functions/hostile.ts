/** Repeatable chance: the same seed gives the same bodies (mulberry32). */
export interface Chance {
  below(limit: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: (choices) => choices[below(choices.length)] ?? choices[0] };
}

const FIELDS: readonly [string, ...string[]] = [
  "endpoint",
  "method",
  "status",
  "latency_ms",
  "timestamp",
  "service",
  "company_cnpj",
  "user_id",
  "message",
  "__proto__",
  "constructor",
  "toString",
  "length",
  "",
  "\\u0000",
  "\\ud800",
  "\\u202e",
  "é",
  "noc.ingest_keys",
];

const VALUES: readonly [string, ...string[]] = [
  "0",
  "-0",
  "-1",
  "1e400",
  "-1e400",
  "1e-400",
  "9999999999999999999999",
  "0.1e+2",
  "true",
  "null",
  '""',
  '"NaN"',
  '"infinity"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\\ud83d\\ude00"',
  '"\\\\u0000"',
  '"\u202etxt\u200b"',
  '"1970-01-01"',
  '"294276-12-31T23:59:59Z"',
  '"\' or 1=1; drop table companies; --"',
  '"<img src=x onerror=alert(1)>"',
  '"\\r\\n\\u001b[31m"',
  '"%s%n{{7*7}}${jndi:ldap://x}"',
  "[]",
  "{}",
  "[[[[[[[[[[1]]]]]]]]]]",
  '{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":1}}}}}}}}',
];

/** One event as JSON text: an object of odd fields, sometimes not an object at all. */
export function hostileEvent(chance: Chance): string {
  if (chance.below(10) === 0) return chance.pick(VALUES);
  const count = chance.below(20) === 0 ? 70 : chance.below(6);
  const members = Array.from(
    { length: count },
    (_, i) => `"${chance.pick(FIELDS)}${count === 70 ? i : ""}":${chance.pick(VALUES)}`,
  );
  if (chance.below(50) === 0) members.push(`"pad":"${"x".repeat(chance.below(300_000))}"`);
  return `{${members.join(",")}}`;
}

/** The text's bytes with a few of them changed, cut out, doubled or cut off. */
export function mutated(text: string, chance: Chance): Uint8Array<ArrayBuffer> {
  let bytes = [...new TextEncoder().encode(text.slice(0, 20_000))];
  for (let n = chance.below(4) + 1; n > 0; n -= 1) {
    const at = chance.below(bytes.length + 1);
    switch (chance.below(5)) {
      case 0:
        bytes[at] = chance.below(256);
        break;
      case 1:
        bytes.splice(at, chance.below(10));
        break;
      case 2:
        bytes = [...bytes.slice(0, at), ...bytes.slice(Math.max(0, at - 20))];
        break;
      case 3:
        bytes.splice(at, 0, chance.pick([0x00, 0x22, 0x5b, 0x5c, 0x7b, 0x7d, 0x80, 0xff]));
        break;
      default:
        bytes = bytes.slice(0, at);
    }
  }
  return new Uint8Array(bytes);
}

/** Bytes that are no batch: noise, brackets, byte order marks, other formats' first bytes. */
export function hostileBytes(chance: Chance): Uint8Array<ArrayBuffer> {
  const encode = (text: string) => new TextEncoder().encode(text);
  switch (chance.below(6)) {
    case 0:
      return Uint8Array.from({ length: chance.below(2_000) }, () => chance.below(256));
    case 1:
      return encode(
        chance.pick(["[", "{", '{"a":', '"', "[[],", "\\"]).repeat(chance.below(50_000)),
      );
    case 2:
      return new Uint8Array([0xef, 0xbb, 0xbf, ...encode('{"kind":"api_usage","events":[{}]}')]);
    case 3:
      return new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    case 4:
      return encode("\n \r\n\t".repeat(chance.below(5_000)));
    default:
      return new Uint8Array(chance.below(1_400_000));
  }
}
