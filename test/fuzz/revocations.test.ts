import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Send } from "../../src/remote/fetch.ts";
import { itemOf } from "../../src/revocations/item.ts";
import type { RevocableToken } from "../../src/revocations/revocable-token.ts";
import type { Revocation } from "../../src/revocations/revocation.ts";
import { tokenHash } from "../../src/revocations/revoked-tokens.ts";
import { TableReader } from "../../src/revocations/table-reader.ts";

const NOW = 1_800_000_000;
const ISSUERS = ["https://acme.eu.auth0.com/", "https://login.acme.com/"];
/** So few that revocations and tokens meet, among them what an object has by itself. */
const SUBJECTS = ["auth0|alice", "*", "__proto__", "constructor", "auth0|jürgen"];
const CLIENTS = ["WebApp", "toString"];
const SESSIONS = ["s1", "hasOwnProperty"];
const TOKENS = ["eyJh.eyJi.c2ln", "eyJh.eyJj.c2ln"];
const seconds = fc.integer({ min: NOW - 4, max: NOW });
const issuer = fc.constantFrom(...ISSUERS, "*", "https://other.example/");

const revocation: fc.Arbitrary<Revocation> = fc.oneof(
  fc.record({ kind: fc.constant("all" as const), value: fc.constant("*"), issuer, notBefore: seconds }),
  ...(
    [
      ["sub", SUBJECTS.filter((subject) => subject !== "*")],
      ["client", CLIENTS],
      ["sid", SESSIONS],
      ["token", TOKENS.map(tokenHash)],
    ] as const
  ).map(([kind, values]) =>
    fc.record({ kind: fc.constant(kind), value: fc.constantFrom(...values), issuer, notBefore: seconds }),
  ),
);
const good = revocation.map((stated) => ({
  stated,
  item: itemOf(stated, { writtenAt: NOW * 1000, retentionHours: 24 }),
}));
const NAMES = ["sk", "kind", "value", "issuer", "notBefore"] as const;
/** No number, no text, or none of an attribute's type: none of them makes an item. */
const NO_ATTRIBUTE: readonly unknown[] = [
  ...[undefined, null, 7, "x", [], {}, { S: "" }, { S: 7 }, { N: "" }, { N: "1e3" }, { N: "-1" }, { N: 7 }],
  ...[{ B: "eA==" }, { S: ["x"] }, { S: null }, { NULL: true }, { M: {} }],
];
const spoilt = fc
  .tuple(good, fc.constantFrom(...NAMES), fc.constantFrom(...NO_ATTRIBUTE))
  .map(([{ item }, name, value]) => ({
    stated: undefined,
    item: { ...(item as object), [name]: value },
  }));
const anything = fc.jsonValue({ maxDepth: 3 }).map((item) => ({ stated: undefined, item: item }));
const pages = fc.array(fc.array(fc.oneof(good, spoilt, anything), { maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
});

const token: fc.Arbitrary<RevocableToken> = fc.record({
  issuer: fc.constantFrom(...ISSUERS),
  subject: fc.constantFrom(...SUBJECTS, "auth0|bob"),
  clientId: fc.constantFrom(...CLIENTS, "OtherApp", undefined),
  sessionId: fc.constantFrom(...SESSIONS, "s3", undefined),
  issuedAt: fc.oneof(
    seconds,
    seconds.map((at) => at + 0.5),
  ),
  expiresAt: fc.constant(NOW + 3600),
  token: fc.constantFrom(...TOKENS, "eyJh.eyJk.c2ln"),
});

/** Said once more, as plainly as can be. */
function isEnded(
  by: Revocation,
  { issuer, subject, clientId, sessionId, issuedAt, token }: RevocableToken,
): boolean {
  if (by.issuer !== "*" && by.issuer !== issuer) return false;
  if (by.kind === "sid") return by.value === sessionId;
  if (by.kind === "token") return by.value === tokenHash(token);
  const isMeant = by.kind === "all" || by.value === (by.kind === "sub" ? subject : clientId);
  return isMeant && Math.floor(issuedAt) <= by.notBefore;
}

async function read(answers: readonly (readonly { readonly item: unknown }[])[]) {
  let asked = 0;
  const send: Send = () => {
    const items = answers[asked]?.map(({ item }) => item);
    asked += 1;
    const more = asked < answers.length && { LastEvaluatedKey: { pk: { S: "r" }, sk: { S: String(asked) } } };
    return Promise.resolve({ status: 200, headers: {}, text: JSON.stringify({ Items: items, ...more }) });
  };
  const env = { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  const reader = new TableReader({
    ...{ table: "revocations", issuers: ISSUERS, retentionHours: 24, env, send },
    clock: () => NOW * 1000,
    onLoss: () => undefined,
  });
  return reader.read(3500);
}

test("whatever stands in the table, whom it ends is refused, and nobody else", async () => {
  let [ended, others] = [0, 0];
  await fc.assert(
    fc.asyncProperty(pages, fc.array(token, { minLength: 5, maxLength: 5 }), async (answers, tokens) => {
      const list = await read(answers);
      const stated = answers.flat().flatMap((one) => one.stated ?? []);
      for (const one of tokens) {
        const expected = stated.some((by) => isEnded(by, one));
        expect(list.revocationOf(one) !== undefined).toBe(expected);
        if (expected) ended += 1;
        else others += 1;
      }
    }),
    { numRuns: 4000, seed: 20_261_124, endOnFailure: true },
  );
  expect(ended).toBeGreaterThan(2000);
  expect(others).toBeGreaterThan(2000);
});
