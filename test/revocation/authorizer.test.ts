import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { tokenHash } from "../../src/revocation/item.ts";
import type { TableOutage } from "../../src/testing/revocation-table.ts";
import { Reader, startWorld, type World } from "./harness.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const seconds = (): number => Math.floor(world.now() / 1000);

describe("an authorizer with a table", () => {
  test("asks it once for each call, for the keys of the token and two attributes", async () => {
    const inputs: unknown[] = [];
    world.table.onRequest = (operation, input) => void inputs.push([operation, input]);
    const reader = new Reader(world);
    const token = world.tenant.idToken({ claims: { sid: "s1", org_id: "org_1" } });
    expect(await reader.outcome(token)).toBe("allow");
    const keys = [
      ...["sub#auth0|alice", "member#org_1#auth0|alice", "sid#s1", "client#test-application"],
      `token#${tokenHash(token)}`,
    ];
    const Keys = keys.map((key) => ({ id: { S: key } }));
    const RequestItems = { revocations: { Keys, ProjectionExpression: "id, notBefore" } };
    expect(inputs).toEqual([["BatchGetItem", { RequestItems }]]);
    for (let call = 0; call < 3; call += 1) expect(await reader.outcome(token)).toBe("allow");
    expect(world.table.reads).toBe(4);
  });

  test("sees at once what was revoked", async () => {
    const reader = new Reader(world);
    const token = world.tenant.idToken({ claims: { iat: seconds() - 1 } });
    expect(await reader.outcome(token)).toBe("allow");
    world.table.revokeUser("auth0|alice");
    expect(await reader.outcome(token)).toBe("revoked");
    expect(reader.lines.at(-1)).toMatchObject({ decision: "unauthorized", detail: "sub" });
    expect(await reader.outcome(world.tenant.idToken({ claims: { iat: seconds() + 1 } }))).toBe("allow");
  });

  test("does not ask it where the token is refused anyway, or the caller denied", async () => {
    const reader = new Reader(world, { requiredPermissions: ["admin"] });
    const token = world.tenant.accessToken({ permissions: ["admin"] });
    world.table.revokeToken(token);
    expect(await reader.outcome(`${token.slice(0, -8)}AAAAAAAA`)).toBe("bad_signature");
    expect(await reader.outcome(world.tenant.accessToken())).toBe("permission_missing");
    expect(world.table.reads).toBe(0);
    expect(await reader.outcome(token)).toBe("revoked");
    expect(world.table.reads).toBe(1);
  });

  test("refuses a delegated token whose actor is revoked", async () => {
    const act = { sub: "auth0|agent", act: { sub: "auth0|agent" } };
    const token = world.tenant.accessToken({ claims: { act } });
    expect(await new Reader(world, { actors: "any" }).outcome(token)).toBe("allow");
    world.table.revokeUser("auth0|agent");
    expect(await new Reader(world, { actors: "any" }).outcome(token)).toBe("revoked");
  });

  test("refuses a subject of more than 1,024 bytes, which it accepts without a table", async () => {
    const token = world.tenant.idToken({
      user: { sub: `auth0|${"x".repeat(1019)}` },
      claims: { email: "a@b.co", email_verified: true },
    });
    expect(await new Reader(world).outcome(token)).toBe("invalid_claim");
    expect(await new Reader(world, { revocationTable: undefined as never }).outcome(token)).toBe("allow");
    expect(world.table.reads).toBe(0);
  });

  test.each<readonly [string, Record<string, string>, RegExp]>([
    ["no region", { AWS_REGION: "" }, /AWS_REGION is not set/],
    ["an endpoint that is not a URL", { AWS_ENDPOINT_URL_DYNAMODB: "localhost" }, /Invalid URL/],
    ["no credentials", { AWS_ACCESS_KEY_ID: "" }, /AWS_ACCESS_KEY_ID/],
  ])("cannot decide with a wrong environment, even with allow: %s", async (_, env, detail) => {
    const reader = new Reader(world, { revocationOnFailure: "allow" }, env);
    expect(await reader.outcome()).toBe("revocations_unavailable");
    expect(reader.lines.at(-1)).toMatchObject({ detail: expect.stringMatching(detail) });
  });
});

describe("a table out of reach", () => {
  test.each(["silent", "half answer", "reset"] as const)(
    "%s: a line and a metric, and 500",
    async (outage) => {
      world.table.fail(outage);
      const reader = new Reader(world);
      expect(await reader.outcome()).toBe("revocations_unavailable");
      expect(world.table.reads).toBe(2);
      expect(reader.events("revocation_lookup_failed")).toMatchObject([
        { level: "error", RevocationLookupFailures: 1 },
      ]);
      // At once, while the pause lasts.
      expect(await reader.outcome()).toBe("revocations_unavailable");
      expect(world.table.reads).toBe(2);
      world.table.fail();
      world.later += 1000;
      expect(await reader.outcome()).toBe("allow");
    },
  );

  test("with allow, each token that is accepted has a line and a metric", async () => {
    world.table.fail("reset");
    const reader = new Reader(world, { revocationOnFailure: "allow" });
    for (let call = 0; call < 3; call += 1) expect(await reader.outcome()).toBe("allow");
    expect(reader.events("revocations_not_checked")).toHaveLength(3);
    expect(reader.events("revocations_not_checked")[0]).toMatchObject({
      level: "error",
      RevocationsNotChecked: 1,
    });
  });

  test.each<readonly [string, TableOutage]>([
    ["throttled", "throttled"],
    ["unprocessed keys", "unprocessed keys"],
    ["wrong region", { exception: "ResourceNotFoundException" }],
    ["no right", { exception: "AccessDeniedException" }],
    ["clock skew", { exception: "InvalidSignatureException" }],
  ])("%s: 500, even with allow", async (_, outage) => {
    world.table.fail(outage);
    const reader = new Reader(world, { revocationOnFailure: "allow" });
    expect(await reader.outcome()).toBe("revocations_unavailable");
    expect(reader.events("revocations_not_checked")).toEqual([]);
    world.table.fail();
    expect(await reader.outcome()).toBe("allow");
  });
});
