import { beforeAll, describe, expect, test } from "@jest/globals";
import { fetchText } from "../../src/http/client.ts";
import type { KeySet } from "../../src/token/keys/remote-key-set.ts";
import { readJwkSet } from "../../src/token/keys/jwk.ts";
import { authorizerEvent } from "../../src/testing/events.ts";
import { createSigningKey, signJwt, type SigningKey } from "../../src/testing/signing-key.ts";
import { changed, HEADER, ID_TOKEN, type Changes } from "../tokens.ts";
import { lastReason, underTest, verdictOf } from "../authorizer-harness.ts";
import { startServer } from "./loopback-server.ts";
import { jwks, MINUTE, outcome, SECOND, VirtualTenant } from "./virtual-tenant.ts";

/** Cases that the suites of other verifiers have, each with the answer that is given here. */
const key = createSigningKey({ kid: "key-1" });
let next: SigningKey;
beforeAll(() => {
  next = createSigningKey({ kid: "next" });
});

describe("a young snapshot that lacks the key of a token", () => {
  const young = (tenant: VirtualTenant, age: number): KeySet =>
    tenant.keySet({ snapshot: { jwks: { keys: [key.jwk] }, takenAt: tenant.now - age } });

  test("is followed by one fetch, and the token is accepted", async () => {
    const tenant = new VirtualTenant(jwks(key, next));
    const keySet = young(tenant, 4 * MINUTE);
    expect(await outcome(keySet, "next")).toBe("accepted");
    expect(await outcome(keySet, "key-1")).toBe("accepted");
    expect(tenant.fetches).toHaveLength(1);
  });

  test("is followed by one fetch also where the tenant lacks the key, and the token is refused", async () => {
    const tenant = new VirtualTenant(jwks(key, next));
    const keySet = young(tenant, 4 * MINUTE);
    expect(await outcome(keySet, "invented")).toBe("unknown_key");
    expect(await outcome(keySet, "invented")).toBe("unknown_key");
    expect(tenant.fetches).toHaveLength(1);
  });

  test("is followed by none in its first 30 seconds, as little as fetched keys would be", async () => {
    const tenant = new VirtualTenant(jwks(key, next));
    const keySet = young(tenant, 29 * SECOND);
    expect(await outcome(keySet, "next")).toBe("unknown_key");
    expect(tenant.fetches).toEqual([]);
    tenant.now += SECOND;
    expect(await outcome(keySet, "next")).toBe("accepted");
  });
});

describe("Cache-Control on the key set's answer is ignored", () => {
  test.each(["no-store", "max-age=0, must-revalidate", "public, max-age=86400, immutable"])(
    "%s: keys are refreshed after half of JWKS_MAX_AGE_SECONDS, no sooner and no later",
    async (cacheControl) => {
      const headers = { "cache-control": cacheControl, expires: "Thu, 01 Jan 1970 00:00:00 GMT", age: "9" };
      const server = await startServer((_request, response) =>
        response.writeHead(200, headers).end(jwks(key)),
      );
      const tenant = new VirtualTenant();
      let fetches = 0;
      const fetch: typeof fetchText = (uri, timeoutMs) => ((fetches += 1), fetchText(uri, timeoutMs));
      const keySet = tenant.keySet({ jwksUri: `http://127.0.0.1:${server.port}/`, fetch });
      expect(await outcome(keySet, "key-1")).toBe("accepted");
      tenant.now += 5 * MINUTE - 1;
      expect(await outcome(keySet, "key-1")).toBe("accepted");
      expect(fetches).toBe(1);
      tenant.now += 1;
      expect(await outcome(keySet, "key-1")).toBe("accepted");
      expect(fetches).toBe(2);
      await server.close();
    },
  );
});

describe("a JWK with a member of a wrong type", () => {
  const kids = (changes: object): readonly string[] => {
    const keys = [{ ...key.jwk, kid: "changed", ...changes }, key.jwk];
    return [...readJwkSet(JSON.stringify({ keys })).keys()];
  };

  test.each<object>([
    { use: 0 },
    { use: null },
    { use: ["sig"] },
    { alg: 0 },
    { alg: ["RS256"] },
    { alg: { RS256: true } },
    { key_ops: null },
    { key_ops: {} },
    { key_ops: [] },
    { key_ops: 0 },
    { key_ops: [["verify"]] },
    { kty: 0 },
    { kty: ["RSA"] },
    { n: 0 },
    { e: 65_537 },
    { e: ["AQAB"] },
  ])("does not count, and the others do: %j", (changes) => {
    expect(kids(changes)).toEqual(["key-1"]);
  });

  test.each<object>([{}, { use: "sig" }, { alg: "RS256" }, { key_ops: ["verify"] }, { key_ops: undefined }])(
    "is one that counts where the type is right: %j",
    (changes) => {
      expect(kids(changes)).toEqual(["changed", "key-1"]);
    },
  );
});

const USER = changed(ID_TOKEN, { email: "alice@example.com", email_verified: true });
const idToken = (claims: Changes = {}): string => signJwt(HEADER, changed(USER, claims), key);

/** "accepted" or the reason, of a request with these headers to an HTTP API; and how often anything was fetched. */
async function judged(...headers: readonly (readonly [string, string])[]) {
  const api = underTest([key]);
  const verdict = await verdictOf(api.authorize, authorizerEvent("http-2.0", { headers }));
  return { verdict: verdict.allowed ? "accepted" : lastReason(api), fetches: api.fetches() };
}
const bearer = (token: string) => ["Authorization", `Bearer ${token}`] as const;

describe("a distributed email (OIDC Core §5.6.2)", () => {
  const elsewhere = {
    _claim_names: { email: "src1", email_verified: "src1" },
    _claim_sources: { src1: { endpoint: "https://claims.example/", access_token: "a" } },
  };

  test("is no email, and is fetched from nowhere: only the keys are", async () => {
    const token = idToken({ ...elsewhere, email: undefined, email_verified: undefined });
    expect(await judged(bearer(token))).toEqual({ verdict: "email_missing", fetches: 1 });
  });

  test("changes nothing where the token has an email of its own", async () => {
    expect(await judged(bearer(idToken(elsewhere)))).toEqual({ verdict: "accepted", fetches: 1 });
  });
});

describe("a DPoP header (RFC 9449 §4.1)", () => {
  const proof = ["DPoP", "eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.c2ln"] as const;

  test("beside a plain bearer token means nothing: the token is checked as if it were not there", async () => {
    expect(await judged(bearer(idToken()), proof)).toMatchObject({ verdict: "accepted" });
    expect(await judged(bearer(idToken({ exp: 1 })), proof)).toMatchObject({ verdict: "expired" });
  });

  test("does not make a token acceptable that is bound to a key", async () => {
    const bound = idToken({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } });
    expect(await judged(bearer(bound), proof)).toMatchObject({ verdict: "sender_constrained_token" });
  });

  test("does not make the scheme DPoP acceptable", async () => {
    const headers = [["Authorization", `DPoP ${idToken()}`] as const, proof];
    expect(await judged(...headers)).toMatchObject({ verdict: "malformed_header" });
  });
});

describe("a negative `nbf`", () => {
  test.each([-1, -0.5, -253_402_300_739])("is a date before 1970, which has come: %d", async (nbf) => {
    expect(await judged(bearer(idToken({ nbf })))).toMatchObject({ verdict: "accepted" });
  });

  test("does not make up for an `iat` that has not come", async () => {
    const token = idToken({ nbf: -1, iat: 1_800_000_006 });
    expect(await judged(bearer(token))).toMatchObject({ verdict: "not_yet_valid" });
  });

  test("is refused where it is no date", async () => {
    expect(await judged(bearer(idToken({ nbf: -253_402_300_740 })))).toMatchObject({
      verdict: "invalid_claim",
    });
  });
});
