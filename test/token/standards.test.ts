import { beforeAll, describe, expect, test } from "@jest/globals";
import { parseBearer } from "../../src/token/bearer.ts";
import type { KeySet } from "../../src/token/keys/remote-key-set.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { createSigningKey, type SigningKey } from "../../src/testing/signing-key.ts";
import {
  ACCESS_TOKEN,
  AUDIENCE,
  base64url,
  changed,
  CLIENT_ID,
  encoded,
  HEADER,
  ID_TOKEN,
  ISSUER,
  NOW,
  RFC9068_HEADER,
  RFC9068_TOKEN,
  RULES,
  signParts,
  signText,
  type Changes,
  createTokenVerifier,
} from "../tokens.ts";
import { StaticKeySet } from "./keys/static-key-set.ts";

let key: SigningKey;
let otherIssuersKey: SigningKey;
let keySets: ReadonlyMap<string, KeySet>;

const OTHER_ISSUER = "https://login.acme.com/";

beforeAll(() => {
  key = createSigningKey({ kid: "key-1" });
  otherIssuersKey = createSigningKey({ kid: "key-2" });
  keySets = new Map([
    [ISSUER, new StaticKeySet(key)],
    [OTHER_ISSUER, new StaticKeySet(otherIssuersKey)],
  ]);
});

const getKeySet = (issuer: string): KeySet => keySets.get(issuer) ?? new StaticKeySet();

/** The Authorization header as a resource server receives it: the whole way through RFC 6750 and the token's rules. */
async function outcomeOf(...headers: string[]): Promise<string> {
  const rules = { ...RULES, clockToleranceSeconds: 0 };
  const verify = createTokenVerifier({ rules, getKeySet, clock: () => NOW * 1000 });
  try {
    const { use } = await verify(parseBearer({ headers, parameters: [], subprotocols: [] }));
    return use;
  } catch (error) {
    if (error instanceof AuthorizerError) return error.message;
    throw error;
  }
}

const text = (object: object, changes: Changes = {}): string => JSON.stringify({ ...object, ...changes });
const id = (claims: Changes = {}, header: Changes = {}, by = key): string =>
  signText(text(HEADER, header), text(ID_TOKEN, claims), by);
const access = (claims: Changes = {}, header: Changes = {}): string =>
  signText(text(HEADER, header), text(ACCESS_TOKEN, claims), key);
const rfc9068 = (claims: Changes = {}, header: Changes = {}): string =>
  signText(text(RFC9068_HEADER, header), text(RFC9068_TOKEN, claims), key);
const unsigned = (header: object, claims: object = ID_TOKEN, signature = "AAAA"): string =>
  `${encoded(header)}.${encoded(claims)}.${signature}`;
const bearer = (token: string): string[] => [`Bearer ${token}`];
const withMember = (json: string, member: string): string => json.replace(/\}$/, `,${member}}`);

/** A rule, what breaks it and why that is refused, and what keeps it and is accepted as. */
type Row = readonly [
  rule: string,
  broken: () => string[],
  reason: string,
  kept: () => string[],
  use: "id" | "access",
];

const RFC_6750: readonly Row[] = [
  [
    "RFC 6750 §2: a token MUST NOT be sent in more than one way",
    () => [...bearer(id()), ...bearer(id())],
    "malformed_header: more than one credential",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 6750 §2.1: the header is `Bearer`, one or more spaces, and a b64token",
    () => [`Bearer\t${id()}`],
    "malformed_header",
    () => [`Bearer  ${id()}`],
    "id",
  ],
  [
    "RFC 6750 §2.1, RFC 9110 §11.1: the scheme is `Bearer` in any case, and no other",
    () => [`Basic ${id()}`],
    "malformed_header",
    () => [`bEARER ${id()}`],
    "id",
  ],
  [
    "RFC 6750 §5.2: a token is accepted only where this server is its recipient",
    () => bearer(access({ aud: ["https://another.api/"] })),
    "unknown_audience",
    () => bearer(access({ aud: [AUDIENCE] })),
    "access",
  ],
];

const RFC_7515: readonly Row[] = [
  [
    "RFC 7515 §4: a duplicate header parameter MUST be refused or the last one taken (the first is never)",
    () => bearer(signText(withMember(text(HEADER), '"alg":"none"'), text(ID_TOKEN), key)),
    "unsupported_algorithm",
    () => bearer(signText(withMember(text(HEADER, { alg: "none" }), '"alg":"RS256"'), text(ID_TOKEN), key)),
    "id",
  ],
  [
    "RFC 7515 §4.1.1: `alg` MUST be present and supported",
    () => bearer(id({}, { alg: undefined })),
    "unsupported_algorithm",
    () => bearer(id({}, { alg: "RS256" })),
    "id",
  ],
  [
    "RFC 7515 §4.1.1: `alg` is case-sensitive",
    () => bearer(id({}, { alg: "rs256" })),
    "unsupported_algorithm",
    () => bearer(id({}, { alg: "RS256" })),
    "id",
  ],
  [
    "RFC 7515 §4.1.4: `kid` MUST be a case-sensitive string",
    () => bearer(id({}, { kid: "KEY-1" })),
    "unknown_key",
    () => bearer(id({}, { kid: "key-1" })),
    "id",
  ],
  [
    "RFC 7515 §4.1.9: a `typ` without a slash means `application/` before it",
    () => bearer(id({}, { typ: "text/jwt" })),
    "wrong_token_type: typ",
    () => bearer(id({}, { typ: "application/jwt" })),
    "id",
  ],
  [
    "RFC 7515 §4.1.11: an extension that is critical and not understood MUST be refused",
    () => bearer(id({}, { crit: ["exp"], exp: NOW })),
    "unsupported_header",
    () => bearer(id({}, { exp: NOW })),
    "id",
  ],
  [
    "RFC 7515 §4.1.11: `crit` MUST NOT be empty",
    () => bearer(id({}, { crit: [] })),
    "unsupported_header",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 7515 §5.2 (1): a JWS has exactly three parts",
    () => bearer(`${id()}.AAAA`),
    "malformed_token",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 7515 §5.2 (2): the header is base64url without padding",
    () => bearer(signParts(`${base64url("{} ")}=.${encoded(ID_TOKEN)}`, key)),
    "malformed_header",
    () => bearer(signText(text(HEADER), text(ID_TOKEN), key)),
    "id",
  ],
  [
    "RFC 7515 §5.2 (3): the header is UTF-8",
    () => bearer(signText(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), text(ID_TOKEN), key)),
    "malformed_token: not UTF-8",
    () => bearer(id({}, { x: "é" })),
    "id",
  ],
  [
    "RFC 7515 §5.2 (3): the header is one complete JSON object",
    () => bearer(signText(`[${text(HEADER)}]`, text(ID_TOKEN), key)),
    "malformed_token: not a JSON object",
    () => bearer(signText(` ${text(HEADER)} `, text(ID_TOKEN), key)),
    "id",
  ],
  [
    "RFC 7515 §5.2 (7): the signature is base64url without padding",
    () => bearer(`${id()}=`),
    "malformed_token",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 7515 §5.2 (8): the signature is over header and claims as they were received",
    () => bearer(id().replace(/\.[^.]+\./, `.${encoded({ ...ID_TOKEN, sub: "auth0|mallory" })}.`)),
    "bad_signature",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 7797 §6: a payload that is not encoded cannot be understood here",
    () => bearer(id({}, { b64: false, crit: ["b64"] })),
    "unsupported_header",
    () => bearer(id()),
    "id",
  ],
];

const RFC_7519: readonly Row[] = [
  [
    "RFC 7519 §4: a duplicate claim MUST be refused or the last one taken (the first is never)",
    () => bearer(signText(text(HEADER), withMember(text(ID_TOKEN), '"exp":0'), key)),
    "expired",
    () => bearer(signText(text(HEADER), withMember(text(ID_TOKEN, { exp: 0 }), `"exp":${NOW + 1}`), key)),
    "id",
  ],
  [
    "RFC 7519 §4: claims that are not understood MUST be ignored",
    () => bearer(id({ sub: undefined, Sub: "auth0|alice" })),
    "missing_claim: sub",
    () => bearer(id({ Sub: "x", "urn:x": [null, { a: {} }] })),
    "id",
  ],
  [
    "RFC 7519 §4.1.1: `iss` is a case-sensitive string",
    () => bearer(id({ iss: ISSUER.replace("acme", "Acme") })),
    "unknown_issuer",
    () => bearer(id({ iss: ISSUER })),
    "id",
  ],
  [
    "RFC 7519 §4.1.2: `sub` is a string",
    () => bearer(id({ sub: 7 })),
    "invalid_claim: sub",
    () => bearer(id({ sub: "7" })),
    "id",
  ],
  [
    "RFC 7519 §4.1.3: a token whose `aud` does not name this server MUST be refused",
    () => bearer(id({ aud: ["Other"] })),
    "unknown_audience",
    () => bearer(id({ aud: [CLIENT_ID] })),
    "id",
  ],
  [
    "RFC 7519 §4.1.3: `aud` is case-sensitive",
    () => bearer(id({ aud: CLIENT_ID.toLowerCase() })),
    "unknown_audience",
    () => bearer(id({ aud: CLIENT_ID })),
    "id",
  ],
  [
    "RFC 7519 §4.1.4: on or after `exp` a token MUST NOT be accepted",
    () => bearer(id({ exp: NOW })),
    "expired",
    () => bearer(id({ exp: NOW + 0.001 })),
    "id",
  ],
  [
    "RFC 7519 §4.1.4: `exp` MUST be a number",
    () => bearer(id({ exp: `${NOW + 60}` })),
    "invalid_claim: exp",
    () => bearer(id({ exp: NOW + 60.5 })),
    "id",
  ],
  [
    "RFC 7519 §4.1.5: before `nbf` a token MUST NOT be accepted",
    () => bearer(id({ nbf: NOW + 0.001 })),
    "not_yet_valid",
    () => bearer(id({ nbf: NOW })),
    "id",
  ],
  [
    "RFC 7519 §4.1.5: `nbf` MUST be a number",
    () => bearer(id({ nbf: "0" })),
    "invalid_claim: nbf",
    () => bearer(id({ nbf: 0 })),
    "id",
  ],
  [
    "RFC 7519 §4.1.6: `iat` MUST be a number",
    () => bearer(id({ iat: `${NOW}` })),
    "invalid_claim: iat",
    () => bearer(id({ iat: NOW })),
    "id",
  ],
  [
    "RFC 7519 §4.1.7: `jti` is a string",
    () => bearer(id({ jti: 7 })),
    "invalid_claim: jti",
    () => bearer(id({ jti: "7" })),
    "id",
  ],
  [
    "RFC 7519 §7.2 (8): a nested JWT is not one of ours",
    () => bearer(signText(text(HEADER, { cty: "JWT" }), id(), key)),
    "malformed_token: not JSON",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 7519 §7.2 (10): the claims are one JSON object in UTF-8",
    () =>
      bearer(
        signText(text(HEADER), Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from("{}")]), key),
      ),
    "malformed_token: not JSON",
    () => bearer(id({ name: "Zoë" })),
    "id",
  ],
];

const RFC_8725: readonly Row[] = [
  [
    "RFC 8725 §3.1: no algorithm but the one that was configured",
    () => bearer(id({}, { alg: "RS384" })),
    "unsupported_algorithm",
    () => bearer(id({}, { alg: "RS256" })),
    "id",
  ],
  [
    "RFC 8725 §3.2: `none` is not accepted",
    () => bearer(unsigned({ ...HEADER, alg: "none" })),
    "unsupported_algorithm",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 8725 §3.3: where one operation fails, the whole token MUST be refused",
    () => bearer(unsigned(HEADER, ID_TOKEN, "A".repeat(342))),
    "bad_signature",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 8725 §3.5: no secret that could be guessed: HMAC is not accepted",
    () => bearer(unsigned({ ...HEADER, alg: "HS256" })),
    "unsupported_algorithm",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 8725 §3.6: no compression",
    () => bearer(id({}, { zip: "DEF" })),
    "unsupported_header",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 8725 §3.7: UTF-8 and nothing else",
    () => bearer(signText(text(HEADER), Buffer.from(text(ID_TOKEN), "utf16le"), key)),
    "malformed_token: not JSON",
    () => bearer(signText(text(HEADER), Buffer.from(text(ID_TOKEN), "utf8"), key)),
    "id",
  ],
  [
    "RFC 8725 §3.8: the key MUST belong to the issuer",
    () => bearer(id({}, { kid: "key-2" }, otherIssuersKey)),
    "unknown_key",
    () => bearer(id({ iss: OTHER_ISSUER }, { kid: "key-2" }, otherIssuersKey)),
    "id",
  ],
  [
    "RFC 8725 §3.8: the subject MUST be a valid one",
    () => bearer(id({ sub: "" })),
    "invalid_claim: sub",
    () => bearer(id({ sub: "a" })),
    "id",
  ],
  [
    "RFC 8725 §3.9: the audience MUST be validated",
    () => bearer(id({ aud: undefined })),
    "missing_claim: aud",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 8725 §3.10: a key ID is looked up and nothing else is done with it",
    () => bearer(id({}, { kid: "__proto__" })),
    "unknown_key",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 8725 §3.10: no URL of a token is followed",
    () => bearer(id({}, { jku: "https://evil.example/jwks.json" })),
    "unsupported_header",
    () => bearer(id()),
    "id",
  ],
  [
    "RFC 8725 §3.11: a token with the type of another kind is refused",
    () => bearer(id({}, { typ: "at+jwt" })),
    "wrong_token_type: typ",
    () => bearer(rfc9068({}, { typ: "at+jwt" })),
    "access",
  ],
  [
    "RFC 8725 §3.12: the rules for two kinds of token are mutually exclusive",
    () => bearer(access({ aud: [AUDIENCE, CLIENT_ID] })),
    "ambiguous_audience",
    () => bearer(access()),
    "access",
  ],
];

const RFC_9068: readonly Row[] = [
  ...(["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] as const).map((name): Row => [
    `RFC 9068 §2.2: \`${name}\` is required`,
    () => bearer(rfc9068({ [name]: undefined })),
    `missing_claim: ${name}`,
    () => bearer(rfc9068()),
    "access",
  ]),
  [
    "RFC 9068 §2.1: the token MUST be signed and MUST NOT use `none`",
    () => bearer(unsigned({ ...RFC9068_HEADER, alg: "none" }, RFC9068_TOKEN)),
    "unsupported_algorithm",
    () => bearer(rfc9068()),
    "access",
  ],
  [
    "RFC 9068 §4: `typ` MUST be `at+jwt` or `application/at+jwt`",
    () => bearer(rfc9068({}, { typ: "jwt+at" })),
    "wrong_token_type: typ",
    () => bearer(rfc9068({}, { typ: "application/at+jwt" })),
    "access",
  ],
  [
    "RFC 9068 §4: `iss` MUST match exactly",
    () => bearer(rfc9068({ iss: ISSUER.slice(0, -1) })),
    "unknown_issuer",
    () => bearer(rfc9068({ iss: ISSUER })),
    "access",
  ],
  [
    "RFC 9068 §4: `aud` MUST contain this server",
    () => bearer(rfc9068({ aud: [`${ISSUER}userinfo`] })),
    "unknown_audience",
    () => bearer(rfc9068({ aud: [AUDIENCE, `${ISSUER}userinfo`] })),
    "access",
  ],
  [
    "RFC 9068 §4: the signature MUST be validated with a key of the issuer",
    () => bearer(signText(text(RFC9068_HEADER), text(RFC9068_TOKEN), otherIssuersKey)),
    "bad_signature",
    () => bearer(rfc9068()),
    "access",
  ],
  [
    "RFC 9068 §4: the current time MUST be before `exp`",
    () => bearer(rfc9068({ exp: NOW })),
    "expired",
    () => bearer(rfc9068({ exp: NOW + 1 })),
    "access",
  ],
  [
    "RFC 9068 §4: a token that is encrypted cannot be decrypted here",
    () => bearer("e30.e30.e30.e30.e30"),
    "opaque_or_encrypted_token",
    () => bearer(rfc9068()),
    "access",
  ],
];

const OIDC: readonly Row[] = [
  [
    "OIDC Core §2: `sub` is required",
    () => bearer(id({ sub: undefined })),
    "missing_claim: sub",
    () => bearer(id()),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (2): `iss` MUST match exactly",
    () => bearer(id({ iss: "https://acme.eu.auth0.com" })),
    "unknown_issuer",
    () => bearer(id({ iss: "https://acme.eu.auth0.com/" })),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (3): `aud` MUST have the client",
    () => bearer(id({ aud: "Other" })),
    "unknown_audience",
    () => bearer(id({ aud: CLIENT_ID })),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (3): `aud` MUST NOT have a stranger",
    () => bearer(id({ aud: [CLIENT_ID, "Other"], azp: CLIENT_ID })),
    "unknown_audience",
    () => bearer(id({ aud: [CLIENT_ID, "MobileApp"], azp: CLIENT_ID })),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (4) before errata set 2: with several audiences, `azp` is there",
    () => bearer(id({ aud: [CLIENT_ID, "MobileApp"] })),
    "missing_claim: azp",
    () => bearer(id({ aud: [CLIENT_ID, "MobileApp"], azp: "MobileApp" })),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (5) before errata set 2: `azp` is one of our clients",
    () => bearer(id({ azp: "Other" })),
    "invalid_claim: azp",
    () => bearer(id({ azp: CLIENT_ID })),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (6): the signature MUST be validated",
    () => bearer(id({}, {}, otherIssuersKey)),
    "bad_signature",
    () => bearer(id()),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (7): `alg` is RS256",
    () => bearer(id({}, { alg: "PS256" })),
    "unsupported_algorithm",
    () => bearer(id({}, { alg: "RS256" })),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (8): the client's secret is no key here",
    () => bearer(unsigned({ ...HEADER, alg: "HS512" })),
    "unsupported_algorithm",
    () => bearer(id()),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (9): the current time MUST be before `exp`",
    () => bearer(id({ exp: NOW })),
    "expired",
    () => bearer(id({ exp: NOW + 1 })),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (10): `iat` tells a token from the future",
    () => bearer(id({ iat: NOW + 1 })),
    "not_yet_valid",
    () => bearer(id({ iat: NOW })),
    "id",
  ],
  [
    "OIDC Core §3.1.3.7 (11): a nonce is the client's to check",
    () => bearer(access({ nonce: "n" })),
    "wrong_token_type: nonce",
    () => bearer(id({ nonce: "n" })),
    "id",
  ],
  [
    "OIDC Back-Channel Logout §2.6: a logout token is no ID token",
    () => bearer(id({ events: { "http://schemas.openid.net/event/backchannel-logout": {} }, sid: "1" })),
    "wrong_token_type: events",
    () => bearer(id({ sid: "1" })),
    "id",
  ],
  [
    "RFC 9449 §7.2, RFC 8705 §3: a token that is bound to a key is not a bearer's",
    () => bearer(access({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } })),
    "sender_constrained_token",
    () => bearer(access()),
    "access",
  ],
];

describe.each([
  ["bearer tokens", RFC_6750],
  ["signatures", RFC_7515],
  ["tokens", RFC_7519],
  ["best practice", RFC_8725],
  ["access tokens", RFC_9068],
  ["ID tokens", OIDC],
])("the standard for %s", (_, rows) => {
  test.each(rows)("%s", async (_rule, broken, reason, kept, use) => {
    await expect(outcomeOf(...broken())).resolves.toBe(reason);
    await expect(outcomeOf(...kept())).resolves.toBe(use);
  });
});

test("what the tests change is what JSON would carry", () => {
  expect(changed(ID_TOKEN, { sub: undefined })).not.toHaveProperty("sub");
  expect(text(ID_TOKEN, { sub: undefined })).not.toContain('"sub"');
});
