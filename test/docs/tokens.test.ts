import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bearerEvent } from "../../src/testing/events.ts";
import { createSigningKey, signJwt } from "../../src/testing/signing-key.ts";
import {
  ACCESS_TOKEN,
  changed,
  CLIENT_ID,
  EMAIL_CLAIM,
  HEADER,
  ID_TOKEN,
  NOW,
  RFC9068_HEADER,
  RFC9068_TOKEN,
  type Changes,
} from "../tokens.ts";
import { lastReason, underTest, verdictOf } from "../authorizer-harness.ts";

const PAGE = readFileSync("docs/tokens.md", "utf8");
const COMPARISON = readFileSync("bench/token-rules.md", "utf8");
const key = createSigningKey({ kid: "key-1" });

/** The kinds of token in the order of the columns. */
const KINDS = [
  { kind: "ID token", header: HEADER, claims: ID_TOKEN },
  { kind: "Auth0's profile", header: HEADER, claims: ACCESS_TOKEN },
  { kind: "RFC 9068", header: RFC9068_HEADER, claims: RFC9068_TOKEN },
] as const;
const EMAIL = { email: "alice@example.com", email_verified: true };
const OWN_EMAIL = { [EMAIL_CLAIM]: "alice@example.com", [`${EMAIL_CLAIM}_verified`]: true };

/** An acceptable value of what is not in every token. */
const SAMPLES: Changes = {
  nbf: NOW - 60,
  jti: "a1",
  azp: CLIENT_ID,
  client_id: CLIENT_ID,
  nonce: "n-0S6",
  events: {},
  cnf: { jkt: "x" },
  crit: ["exp"],
};

/** "accepted", or the reason. */
async function judged(
  { header, claims }: (typeof KINDS)[number],
  change: { readonly header?: Changes; readonly claims?: Changes } = {},
): Promise<string | undefined> {
  const api = underTest([key]);
  const token = signJwt(
    changed(header, change.header ?? {}),
    changed({ ...claims, ...EMAIL, ...OWN_EMAIL }, change.claims ?? {}),
    key,
  );
  const verdict = await verdictOf(api.authorize, bearerEvent("http-2.0", token));
  return verdict.allowed ? "accepted" : lastReason(api);
}

const rows = Array.from(
  PAGE.matchAll(/^\| `(\w+)`( \(header\))? *\| (\w+) *\| (\w+) *\| (\w+) *\| ([^|]*)\|$/gm),
  ([, name = "", header, id = "", auth0 = "", rfc9068 = "", otherwise = ""]) => ({
    name,
    part: header === undefined ? ("claims" as const) : ("header" as const),
    cells: [id, auth0, rfc9068],
    reasons: Array.from(otherwise.matchAll(/`(\w+)`/g), ([, reason]) => reason),
  }),
);
const cells = rows.flatMap(({ cells: words, ...row }) =>
  KINDS.map((kind, column) => ({ ...row, ...kind, token: kind, says: words[column] })),
);

test("the table has every member that a rule asks for by name", () => {
  expect(rows.map(({ name }) => name)).toEqual(
    ["alg", "kid", "typ", "crit", "iss", "aud", "sub", "exp", "iat"].concat([
      "nbf",
      "jti",
      "azp",
      "client_id",
      "nonce",
      "events",
      "cnf",
    ]),
  );
});

test.each(cells)(
  "`$name` is $says in a token of the kind: $kind",
  async ({ name, part, token, says, reasons }) => {
    const present = SAMPLES[name] ?? token[part][name] ?? "JWT";
    const having = await judged(token, { [part]: { [name]: present } });
    const lacking = await judged(token, { [part]: { [name]: undefined } });
    const reason = expect.stringMatching(new RegExp(`^(${reasons.join("|")})$`));
    const expected: Readonly<Record<string, readonly unknown[]>> = {
      required: ["accepted", reason],
      optional: ["accepted", "accepted"],
      refused: [reason, "accepted"],
    };
    expect([having, lacking]).toEqual(expected[says ?? ""]);
  },
);

/** The rows about ID tokens, as a change of one, and what the column `here` says of it. */
const STRICTER: readonly (readonly [row: string, change: { header?: Changes; claims?: Changes }])[] = [
  ["has a second audience", { claims: { aud: [CLIENT_ID, "Other"], azp: CLIENT_ID } }],
  ["has one audience, and the `azp`", { claims: { azp: "Other" } }],
  ["has no `sub`", { claims: { sub: undefined } }],
  ["has no `iat`", { claims: { iat: undefined } }],
  ["was issued in the future", { claims: { iat: NOW + 5.5 } }],
  ["is not valid yet", { claims: { nbf: NOW + 5.5 } }],
  ["has expired", { claims: { exp: NOW - 5 } }],
  ["has no `kid`", { header: { kid: undefined } }],
  ["has another `typ`", { header: { typ: "at+jwt" } }],
];

test.each(STRICTER)("an ID token that %s… is answered as the page says", async (row, change) => {
  const [, here = ""] = new RegExp(`^\\| ${row}[^|]*\\| \`(\\w+)\``, "m").exec(COMPARISON) ?? [];
  expect(await judged(KINDS[0], change)).toBe(here);
});

test("an ID token just within the tolerance of 5 seconds is accepted", async () => {
  expect(await judged(KINDS[0], { claims: { exp: NOW - 4, iat: NOW + 5, nbf: NOW + 5 } })).toBe("accepted");
});
