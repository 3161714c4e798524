import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { identityFrom, IdentityError } from "../../src/identity/reader/identity-from.ts";
import type { CallerIdentity, ClaimTypes } from "../../src/identity/reader/identity-from.ts";
import type { GoldenCase, GoldenIdentity } from "./cases.ts";
import { goldenCalls, type GoldenCall } from "./golden-calls.ts";
import { GOLDEN, goldenFiles } from "./golden.ts";

/** Keys are slow to make, and a busy machine is slower. */
const SCHEMA = JSON.parse(readFileSync("readers/schema.json", "utf8")) as {
  properties: Record<string, unknown>;
};
const isIdentity = new Ajv2020().compile(SCHEMA);

test("the golden files are what the emulator writes now: `npx tsx test/contract/write.ts` changes nothing", async () => {
  const files = await goldenFiles();
  const written = readdirSync(GOLDEN).map((name) => `${GOLDEN}/${name}`);
  expect(written.sort()).toEqual([...files.keys()].sort());
  for (const [path, text] of files)
    expect({ path, text: readFileSync(path, "utf8") }).toEqual({ path, text });
});

describe("identityFrom", () => {
  test.each(goldenCalls().map((call) => [call.gateway, call.name, call] as const))(
    "%s: %s",
    (_, __, call) => {
      expect(outcomeOf(call)).toEqual(call.expected);
    },
  );
});

describe("the schema", () => {
  test("holds for every identity that a reader accepts", () => {
    const accepted = goldenCalls().filter(({ expected }) => "identity" in expected);
    expect(accepted.length).toBeGreaterThan(50);
    for (const { gateway, name, given } of accepted)
      expect([gateway, name, isIdentity(contextOf(given)), isIdentity.errors]).toEqual([
        gateway,
        name,
        true,
        null,
      ]);
  });

  /** What no schema can say: two keys that must agree, and what is inside of base64url. */
  const BEYOND = [
    ...["another-principal", "late-exp", "custom_claims-not-json", "custom_claims-a-list"],
    ...["custom_claims-not-utf-8", "custom_claims-with-a-digit-left", "custom_claims-with-nan"],
    "custom_claims-with-a-signed-escape",
  ];

  test("and for none that is missing or half", () => {
    const missing = goldenCalls().filter(
      ({ expected, event }) => "error" in expected && expected.error === "missing" && !BEYOND.includes(event),
    );
    expect(missing.length).toBeGreaterThan(50);
    for (const { gateway, name, given } of missing)
      expect([gateway, name, isIdentity(contextOf(given))]).toEqual([gateway, name, false]);
  });

  test("names no key that the authorizer never wrote", () => {
    const written = new Set(goldenCalls().flatMap(({ given }) => Object.keys(contextOf(given) ?? {})));
    const named = Object.keys(SCHEMA.properties);
    expect(named.filter((name) => !written.has(name))).toEqual([]);
  });
});

function contextOf({ requestContext }: GoldenCall["given"]): object | undefined {
  const { authorizer } = requestContext as { authorizer?: { lambda?: object } };
  return authorizer?.lambda ?? authorizer;
}

function outcomeOf({ given, options }: GoldenCall): GoldenCase["expected"] {
  const { now_ms: now, clock_tolerance_seconds: clockToleranceSeconds, issuers, claims } = options;
  try {
    const identity = identityFrom(given, {
      now,
      ...(clockToleranceSeconds !== undefined && { clockToleranceSeconds }),
      ...(issuers && { issuers }),
      ...(claims && { claims: claims as ClaimTypes }),
    });
    return { identity: neutral(identity) };
  } catch (error) {
    if (error instanceof IdentityError) return { error: error.code };
    throw error;
  }
}

/** In the words of the golden files; JSON leaves out what is undefined. */
function neutral(identity: CallerIdentity<ClaimTypes>): GoldenIdentity {
  const { emailVerified, tokenUse, clientId, expiresAt, organizationName, principalType, ...rest } = identity;
  const all = {
    ...rest,
    email_verified: emailVerified,
    token_use: tokenUse,
    client_id: clientId,
    expires_at: expiresAt.getTime() / 1000,
    organization_name: organizationName,
    principal_type: principalType,
  };
  return JSON.parse(JSON.stringify(all)) as GoldenIdentity;
}
