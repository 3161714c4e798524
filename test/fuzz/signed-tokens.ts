import fc from "fast-check";
import { AUDIENCE, CLIENT_ID, EMAIL_CLAIM, ISSUER, NOW, signText } from "../tokens.ts";
import { customClaims, USAGE_KEY_CLAIM } from "./custom-claims.ts";
import { at, SECRETS, TEMPLATES, type Ground } from "./fixtures.ts";

/** A token that was spoilt before it was signed: its signature is good, and only its words can betray it. */
export interface SignedToken {
  readonly template: number;
  readonly gateway: number;
  readonly team: number;
  readonly key: number;
  readonly header: readonly Change[];
  readonly claims: readonly Change[];
  readonly headerText: keyof typeof SHAPES;
  readonly claimsText: keyof typeof SHAPES;
}

/** A member of the JSON text; without a literal it is left out. */
interface Change {
  readonly name: string;
  readonly literal?: string | undefined;
  readonly how: "set" | "append" | "prepend";
}

const json = (...values: unknown[]): string[] => values.map((value) => JSON.stringify(value));

/** Values that are odd for every claim, as JSON or nearly. */
const ODD = [
  ...json(null, true, false, 0, -1, 1, "", " ", "0", "true", "null", [], [""], [null], {}, [[]], { a: 1 }),
  ...json(
    "a\u0000b",
    'a"b',
    "a\\b",
    "a\nb",
    "é",
    "\u212a",
    "😀",
    "x".repeat(300),
    "constructor",
    "__proto__",
  ),
  ...[
    "1e309",
    "-1e309",
    "1e-400",
    "-0",
    "NaN",
    "01",
    "0x1",
    "'a'",
    "undefined",
    '"\\ud800"',
    '"\\u0000"',
    "1e3",
  ],
];

const TIMES = [
  NOW,
  NOW + 1,
  NOW - 1,
  NOW + 5,
  NOW - 5,
  NOW + 60,
  NOW - 60,
  NOW + 0.5,
  NOW - 4.5,
  NOW + 61,
  NOW - 61,
];
const DATES = [
  ...json(...TIMES, ...TIMES.map(String), 253_402_300_739, 253_402_300_740, [NOW + 60]),
  `${NOW + 9}.0`,
];
const EMAILS = json(
  ...["a@b", "a@@b", "a@b@c", "@b", "a@", "a b@c", '"a"@b', "a\\@b", "A@B", "a+b@c.d", "ä@b", "\uff41@b"],
  ...[
    "a\u0000@b",
    "a@b\r\nX: y",
    "a@b\n",
    `${"a".repeat(252)}@b`,
    `${"a".repeat(253)}@b`,
    ["a@b"],
    SECRETS[0],
  ],
);

/** What is worth trying for a claim. */
const CLAIM_VALUES: Readonly<Record<string, readonly string[]>> = {
  iss: json(ISSUER, ISSUER.slice(0, -1), [ISSUER], `${ISSUER}/`, ISSUER.toUpperCase(), `${ISSUER}\u0000`),
  aud: json(
    CLIENT_ID,
    AUDIENCE,
    [CLIENT_ID],
    [AUDIENCE],
    [CLIENT_ID, AUDIENCE],
    [CLIENT_ID, "Other"],
    [AUDIENCE, 1],
  ),
  azp: json(CLIENT_ID, "Other", [CLIENT_ID]),
  client_id: json(CLIENT_ID, "Other", "OwnSubject"),
  sub: json(
    ...[
      "auth0|secret-subject-c",
      "OwnSubject",
      "secret-subject@clients",
      "secret-subject@clients ",
      " auth0|secret-subject-c",
    ],
    ...["anon@secret-subject", "anon@secret-subject@clients", "Anon@secret-subject", "x-anon@secret-subject"],
    ...['CN="secret-subject", O=Acme', "samlp|acme|ACME\\secret-subject", "x".repeat(2800), "x".repeat(3100)],
  ),
  exp: DATES,
  iat: DATES,
  nbf: DATES,
  jti: json("1"),
  scope: json("read:x", "openid read:x", "read:xx", "  read:x  ", "read:x\tb", ["read:x"]),
  permissions: json(["read:x"], ["read:x", ""], ["read x"], "read:x", [1]),
  gty: json("client-credentials", "password", ["refresh_token", "password"], ["client_credentials"], [1]),
  org_id: json("org_1", "org_3", "ORG_1", "acme-corp", ["org_1"]),
  org_name: json("acme-corp", "org_1", "Acme-Corp", ["acme-corp"]),
  email: EMAILS,
  email_verified: json(true, false, "true"),
  [EMAIL_CLAIM]: EMAILS,
  [`${EMAIL_CLAIM}_verified`]: json(true, false, "true"),
  sub_profile: json("user", "ai_agent", "service", "user ai_agent", "user service", "  ", "AI_AGENT", [
    "user",
  ]),
  client_profile: json("browser_app", "ai_agent", "user native_app", "service", "native_app ai_agent", [1]),
  act: json({ sub: "agent-1" }, { sub: "agent-3", act: { sub: "agent-1" } }, {}),
  [USAGE_KEY_CLAIM]: json("k".repeat(19), "k".repeat(20), "K1".repeat(64), "k".repeat(129), "k-".repeat(12)),
  nonce: json("n"),
  events: json({}, { "http://schemas.openid.net/event/backchannel-logout": {} }),
  cnf: json({ jkt: "x" }),
  constructor: json({ sub: "x" }),
  ["__proto__"]: json({ sub: "x", email: "a@b", email_verified: true }, null),
  Sub: json("x"),
  "https://acme.com/deep": [
    "[".repeat(900) + "]".repeat(900),
    `"${"x".repeat(5000)}"`,
    `"${"x".repeat(6500)}"`,
  ],
};

const HEADER_VALUES: Readonly<Record<string, readonly string[]>> = {
  alg: json("RS256", "none", "None", "HS256", "RS384", "PS256", "ES256", "rs256", "RS256 ", ["RS256"]),
  kid: json("key-1", "key-2", "key-3", "KEY-1", ["key-1"], "k".repeat(3000)),
  typ: json(
    "JWT",
    "jwt",
    "at+jwt",
    "application/at+jwt",
    "application/jwt",
    "AT+JWT",
    "logout+jwt",
    "\uff2aWT",
  ),
  crit: json([], ["exp"], ["b64"]),
  b64: json(true, false),
  zip: json("DEF"),
  jwk: json({ kty: "RSA" }),
  jku: json("https://evil.example/"),
  x5u: json("https://evil.example/"),
  x5c: json(["MIIB"]),
  x5t: json("AAAA"),
  cty: json("JWT"),
  constructor: json("x"),
  ["__proto__"]: json({ alg: "none" }),
};

/** What can be done to a whole text of JSON. */
const SHAPES = {
  plain: (text: string) => text,
  spaced: (text: string) => ` ${text.replaceAll(":", " : ")}\n`,
  escaped: (text: string) =>
    text.replace(/"([a-z])/g, (_, letter: string) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
  listed: (text: string) => `[${text}]`,
  twice: (text: string) => text + text,
  cut: (text: string) => text.slice(0, -1),
  marked: (text: string) => `\ufeff${text}`,
  quoted: (text: string) => JSON.stringify(text),
  trailing: (text: string) => text.replace(/\}$/, ",}"),
  wide: (text: string) => Buffer.from(text, "utf16le"),
  broken: (text: string) =>
    Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff"}', "latin1")]),
  nothing: () => "null",
} satisfies Record<string, (text: string) => string | Buffer>;

function changes(values: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<readonly Change[]> {
  const how = fc.constantFrom("set", "set", "append", "prepend");
  const byName = Object.entries(values).map(([name, own]): fc.Arbitrary<Change> => {
    const good = own.length === 0 ? fc.constantFrom(...ODD) : fc.constantFrom(...own);
    const literal = fc.oneof({ weight: 3, arbitrary: good }, fc.constantFrom(...ODD), fc.constant(undefined));
    return fc.record({ name: fc.constant(name), literal, how });
  });
  return fc.array(fc.oneof(...byName), { maxLength: 3 });
}

const shape = fc.oneof(
  { weight: 12, arbitrary: fc.constant("plain" as const) },
  { weight: 2, arbitrary: fc.constantFrom("spaced" as const, "escaped" as const) },
  { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(SHAPES) as (keyof typeof SHAPES)[])) },
);

const untouched = fc.constant([] as readonly Change[]);

export const signedTokens: fc.Arbitrary<SignedToken> = fc.record({
  template: fc.nat(255),
  gateway: fc.nat(4),
  team: fc.nat(6),
  key: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, fc.nat(2)),
  header: fc.oneof({ weight: 3, arbitrary: untouched }, changes(HEADER_VALUES)),
  claims: fc.oneof(
    { weight: 1, arbitrary: untouched },
    { weight: 5, arbitrary: changes(CLAIM_VALUES) },
    { weight: 3, arbitrary: customClaims },
  ),
  headerText: fc.oneof({ weight: 4, arbitrary: fc.constant("plain" as const) }, shape),
  claimsText: fc.oneof({ weight: 3, arbitrary: fc.constant("plain" as const) }, shape),
});

export function buildSigned(recipe: SignedToken, { keys }: Ground): string {
  const { header, claims } = at(TEMPLATES, recipe.template);
  return signText(
    SHAPES[recipe.headerText](changedText(header, recipe.header)),
    SHAPES[recipe.claimsText](changedText(claims, recipe.claims)),
    at(keys, recipe.key),
  );
}

function changedText(object: Readonly<Record<string, unknown>>, list: readonly Change[]): string {
  let members = Object.entries(object).map(([name, value]) => [name, JSON.stringify(value)] as const);
  for (const { name, literal, how } of list) {
    if (how === "set") members = members.filter(([other]) => other !== name);
    if (literal === undefined) continue;
    members = how === "prepend" ? [[name, literal], ...members] : [...members, [name, literal]];
  }
  return `{${members.map(([name, literal]) => `${JSON.stringify(name)}:${literal}`).join(",")}}`;
}
