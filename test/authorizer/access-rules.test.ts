import { describe, expect, test } from "@jest/globals";
import { checkAccess, type AccessRules, type RequestRules } from "../../src/authorizer/access-rules.ts";
import { toFailedDecision, toErrorDecision } from "../../src/authorizer/decision.ts";
import type { Email, Identity } from "../../src/identity/identity.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { ACCESS_RULES, ALICE as SOMEBODY } from "../alice.ts";

const ADDRESS = { kind: "address", address: "alice@example.com", verified: true } as const;
const ALICE: Identity = {
  ...SOMEBODY,
  email: ADDRESS,
  tokenUse: "access",
  scopes: ["read:a", "read:b"],
  permissions: ["write:a", "write:b"],
  organization: { id: "org_1", name: "acme" },
};

const NO_REQUEST: RequestRules = { route: undefined, stagePermissions: [] };

function decided(
  identity: Partial<Identity>,
  rules: Partial<AccessRules>,
  request: RequestRules = NO_REQUEST,
): string {
  return checkAccess({ ...ALICE, ...identity }, { ...ACCESS_RULES, ...rules }, request)?.reason ?? "allow";
}

type Pair = readonly [string, Partial<Identity>, Partial<AccessRules>, string];

const ORG: Partial<AccessRules> = { organizations: ["org_1", "org_2"] };
const PERMISSIONS: Partial<AccessRules> = { requiredPermissions: ["write:a", "read:b"] };
const MACHINE: Partial<AccessRules> = { allowMachines: true, emailPolicy: "optional" };
const MACHINE_CALLER: Partial<Identity> = { principalType: "machine" };
const ANONYMOUS_CALLER: Partial<Identity> = { principalType: "anonymous" };
const ANONYMOUS: Partial<AccessRules> = { allowAnonymous: true, emailPolicy: "optional" };
const NAMED: Partial<AccessRules> = { organizations: ["acme"] };
const organization = (id: string | undefined, name?: string): Partial<Identity> => ({
  organization: { id, name },
});
const ACME: Partial<AccessRules> = { emailDomains: ["acme.com", "example.com"] };
const at = (address: string): Partial<Identity> => email({ ...ADDRESS, address });
const PLAN = "https://acme.com/plan";
const PAYING: Partial<AccessRules> = { requiredClaims: { [PLAN]: ["pro", "team"], amr: ["mfa"] } };
const claims = (plan: unknown, amr: unknown = ["pwd", "mfa"]): Partial<Identity> => ({
  claims: { [PLAN]: plan, amr },
});
const LEVEL: Partial<AccessRules> = { requiredClaims: { level: ["7", "true"] } };
const level = (value: unknown): Partial<Identity> => ({ claims: { level: value } });
const email = (value: Email): Partial<Identity> => ({ email: value });
const unverified = email({ ...ADDRESS, verified: false });
const unknown = email({ ...ADDRESS, verified: undefined });
const missing = email({ kind: "missing" });
const unsupported = email({ kind: "unsupported" });

const ROWS: readonly Pair[] = [
  ["a machine is denied", MACHINE_CALLER, {}, "machine_not_allowed"],
  ["a machine is allowed where machines are", { ...MACHINE_CALLER, ...missing }, MACHINE, "allow"],
  ["a user is allowed where machines are", {}, MACHINE, "allow"],
  [
    "a user without an organization is denied where one is asked for",
    { organization: undefined },
    ORG,
    "organization_not_allowed",
  ],
  ["a user of another organization is denied", organization("org_3"), ORG, "organization_not_allowed"],
  [
    "an organization whose ID only begins alike is denied",
    organization("org_11"),
    ORG,
    "organization_not_allowed",
  ],
  ["a user of the first organization is allowed", {}, ORG, "allow"],
  ["a user of the second organization is allowed", organization("org_2"), ORG, "allow"],
  ["a user of any organization is allowed where none is asked for", organization("org_3"), {}, "allow"],
  ["an unverified email is denied", unverified, {}, "email_not_verified"],
  ["an email of unknown verification is denied", unknown, {}, "email_not_verified"],
  ["a missing email is denied", missing, {}, "email_missing"],
  ["an unsupported email is denied", unsupported, {}, "email_unsupported"],
  ["an unverified email will do where it must be present", unverified, { emailPolicy: "present" }, "allow"],
  [
    "a missing email will not do where it must be present",
    missing,
    { emailPolicy: "present" },
    "email_missing",
  ],
  [
    "an unsupported email will not do where it must be present",
    unsupported,
    { emailPolicy: "present" },
    "email_unsupported",
  ],
  ["an unverified email will do where it is optional", unverified, { emailPolicy: "optional" }, "allow"],
  ["a missing email will do where it is optional", missing, { emailPolicy: "optional" }, "allow"],
  [
    "an unsupported email is left out where it is optional",
    unsupported,
    { emailPolicy: "optional" },
    "allow",
  ],
  ["an email of an allowed domain is allowed", {}, ACME, "allow"],
  ["an email of the first allowed domain is allowed", at("a@acme.com"), ACME, "allow"],
  ["a domain is the same in capitals", at("a@ACME.Com"), ACME, "allow"],
  ["another domain is denied", at("a@evil.com"), ACME, "email_domain_not_allowed"],
  ["a domain that ends alike is denied", at("a@notacme.com"), ACME, "email_domain_not_allowed"],
  ["a domain below an allowed one is denied", at("a@mail.acme.com"), ACME, "email_domain_not_allowed"],
  ["a domain that begins alike is denied", at("a@acme.com.evil.com"), ACME, "email_domain_not_allowed"],
  ["an unverified email of an allowed domain is denied", unverified, ACME, "email_not_verified"],
  ["a claim with one of the values is allowed", claims("pro"), PAYING, "allow"],
  ["a claim with the other value is allowed", claims("team"), PAYING, "allow"],
  ["a claim whose list contains a value is allowed", claims(["free", "pro"]), PAYING, "allow"],
  ["a claim with another value is denied", claims("free"), PAYING, "claim_not_allowed"],
  ["a claim whose value only begins alike is denied", claims("pro "), PAYING, "claim_not_allowed"],
  ["a claim is compared with its case", claims("Pro"), PAYING, "claim_not_allowed"],
  ["a claim that is missing is denied", claims(undefined), PAYING, "claim_not_allowed"],
  ["a claim of null is denied", claims(null), PAYING, "claim_not_allowed"],
  ["a claim with an empty list is denied", claims([]), PAYING, "claim_not_allowed"],
  ["a value that is nested deeper is denied", claims([["pro"]]), PAYING, "claim_not_allowed"],
  ["an object with the value as a name is denied", claims({ pro: true }), PAYING, "claim_not_allowed"],
  ["one of two conditions is not enough", claims("pro", ["pwd"]), PAYING, "claim_not_allowed"],
  ["the other of two conditions is not enough", claims("free", ["mfa"]), PAYING, "claim_not_allowed"],
  ["a number counts as JSON writes it", level(7), LEVEL, "allow"],
  ["a flag counts as JSON writes it", level(true), LEVEL, "allow"],
  ["another number is denied", level(70), LEVEL, "claim_not_allowed"],
  ["another flag is denied", level(false), LEVEL, "claim_not_allowed"],
  [
    "a claim that every object inherits is missing",
    { claims: {} },
    { requiredClaims: { constructor: ["function Object() { [native code] }"] } },
    "claim_not_allowed",
  ],
  [
    "a claim that is missing is not the text undefined",
    { claims: {} },
    { requiredClaims: { plan: ["undefined", "null"] } },
    "claim_not_allowed",
  ],
  ["an anonymous visitor is denied", ANONYMOUS_CALLER, {}, "anonymous_not_allowed"],
  [
    "an anonymous visitor is denied where machines are allowed",
    { ...ANONYMOUS_CALLER, ...missing },
    MACHINE,
    "anonymous_not_allowed",
  ],
  [
    "an anonymous visitor is allowed where visitors are",
    { ...ANONYMOUS_CALLER, ...missing },
    ANONYMOUS,
    "allow",
  ],
  [
    "a machine is denied where only visitors are allowed",
    { ...MACHINE_CALLER, ...missing },
    ANONYMOUS,
    "machine_not_allowed",
  ],
  ["a user is allowed where visitors are", {}, ANONYMOUS, "allow"],
  ["a user of an organization that is named is allowed", {}, NAMED, "allow"],
  [
    "an organization of another name is denied",
    organization("org_1", "evil"),
    NAMED,
    "organization_not_allowed",
  ],
  [
    "an organization without a name is denied by name",
    organization("org_1"),
    NAMED,
    "organization_not_allowed",
  ],
  ["an organization's ID is not a name", organization("acme", undefined), NAMED, "organization_not_allowed"],
  ["an organization's name is not an ID", organization("org_9", "org_1"), ORG, "organization_not_allowed"],
  ["permissions and scopes count alike", {}, PERMISSIONS, "allow"],
  ["one of two permissions is not enough", { scopes: ["read:a"] }, PERMISSIONS, "permission_missing"],
  ["the other of two permissions is not enough", { permissions: [] }, PERMISSIONS, "permission_missing"],
  ["a permission is exact", { permissions: ["write:aa"] }, PERMISSIONS, "permission_missing"],
];

test.each(ROWS)("%s", (_, identity, rules, expected) => {
  expect(decided(identity, rules)).toBe(expected);
});

describe("of several reasons the caller gets", () => {
  const everything = { ...MACHINE_CALLER, organization: undefined, ...missing, permissions: [] };

  test.each([
    ["first the machine", { ...ORG, ...PERMISSIONS }, "machine_not_allowed"],
    ["then the organization", { ...ORG, ...PERMISSIONS, allowMachines: true }, "organization_not_allowed"],
    ["then the email", { ...PERMISSIONS, allowMachines: true }, "email_missing"],
    ["then the permission", { ...PERMISSIONS, ...MACHINE }, "permission_missing"],
  ] as const)("%s", (_, rules, expected) => {
    expect(decided(everything, rules)).toBe(expected);
  });
});

describe("what was thrown on the way", () => {
  test("makes the token unauthorized", () => {
    const cause = new AuthorizerError("expired");
    expect(toFailedDecision(cause)).toEqual({ outcome: "unauthorized", reason: "expired", cause });
  });

  test.each(["keys_unavailable", "unsupported_event", "identity_source_without_token"] as const)(
    "or is an error: %s",
    (reason) => {
      const cause = new AuthorizerError(reason);
      expect(toFailedDecision(cause)).toEqual({ outcome: "error", reason, cause });
      expect(toErrorDecision(cause)).toEqual({ outcome: "error", reason, cause });
    },
  );
});

test("the detail of a denial names the claim or the permission, and never the value that the token has", () => {
  const denied = (identity: Partial<Identity>, rules: Partial<AccessRules>) =>
    checkAccess({ ...ALICE, ...identity }, { ...ACCESS_RULES, ...rules }, NO_REQUEST);
  expect(denied(claims("free"), PAYING)).toEqual({ reason: "claim_not_allowed", detail: PLAN });
  expect(denied({ permissions: [] }, PERMISSIONS)).toEqual({
    reason: "permission_missing",
    detail: "write:a",
  });
});

describe("agents and actors", () => {
  const agent: Partial<Identity> = { principalType: "agent", email: { kind: "missing" } };
  const delegated: Partial<Identity> = { actors: ["agt_1", "agt_2"] };

  test.each([
    ["an agent", agent, {}, "agent_not_allowed"],
    ["an agent where machines are allowed", agent, MACHINE, "agent_not_allowed"],
    ["an agent where agents are", agent, { allowAgents: true, emailPolicy: "optional" }, "allow"],
    ["a machine where agents are allowed", MACHINE_CALLER, { allowAgents: true }, "machine_not_allowed"],
    ["an actor", delegated, {}, "actor_not_allowed"],
    ["an actor where anyone may act", delegated, { actors: "any" }, "allow"],
    ["an actor who is listed", delegated, { actors: ["agt_1"] }, "allow"],
    ["an actor of whom only an earlier one is listed", delegated, { actors: ["agt_2"] }, "actor_not_allowed"],
    ["an actor whose name is listed in another case", delegated, { actors: ["AGT_1"] }, "actor_not_allowed"],
    ["an actor whose name is the word for no actor", { actors: ["none"] }, {}, "actor_not_allowed"],
    ["an actor whose name is a part of that word", { actors: ["one"] }, {}, "actor_not_allowed"],
    ["a user without an actor", {}, { actors: ["agt_1"] }, "allow"],
  ] as const)("%s", (_what, identity, rules, expected) => {
    expect(decided(identity, rules)).toBe(expected);
  });
});

describe("permissions by route", () => {
  const RULES: Partial<AccessRules> = {
    routePermissions: { "GET /orders/{id}": ["read:a"], "ANY /orders/{id}": ["admin"], "GET /hello": [] },
  };
  const on = (...names: [string, ...string[]]): RequestRules => ({
    route: { names, resource: undefined },
    stagePermissions: [],
  });

  test.each([
    ["a route whose permission the caller has", on("GET /orders/{id}"), "allow"],
    ["a route that needs no permission", on("GET /hello"), "allow"],
    ["a route that is not listed", on("GET /orders"), "route_not_listed"],
    ["a route that is listed in another case", on("GET /Hello"), "route_not_listed"],
    ["a route that is listed without its slash", on("GET /hello/"), "route_not_listed"],
    ["a route whose permission the caller lacks", on("ANY /orders/{id}"), "permission_missing"],
    ["the exact method before ANY", on("GET /orders/{id}", "ANY /orders/{id}"), "allow"],
    ["ANY for a method without a rule", on("DELETE /orders/{id}", "ANY /orders/{id}"), "permission_missing"],
    ["the name of a property that every object has", on("constructor"), "route_not_listed"],
  ])("%s", (_what, request, expected) => {
    expect(decided({}, RULES, request)).toBe(expected);
  });

  test("may open the rest on purpose", () => {
    const rules = { routePermissions: { ...RULES.routePermissions, "*": [] } };
    expect(decided({}, rules, on("GET /orders"))).toBe("allow");
    expect(decided({}, rules, on("ANY /orders/{id}"))).toBe("permission_missing");
  });

  test("come after the permissions of the settings and of the stage", () => {
    const stage = { ...on("GET /hello"), stagePermissions: ["billing"] };
    expect(decided({}, RULES, stage)).toBe("permission_missing");
    expect(decided({ permissions: ["billing"] }, RULES, stage)).toBe("allow");
  });

  test.each([
    ["a resource of one call", "arn:aws:execute-api:eu-central-1:1:a/prod/GET/orders/1", "allow"],
    [
      "a wildcard of the caller's",
      "arn:aws:execute-api:eu-central-1:1:a/prod/GET/orders/*",
      "context_value_unsupported",
    ],
    [
      "a variable of the caller's",
      "arn:aws:execute-api:eu-central-1:1:a/prod/GET/orders/${x}",
      "context_value_unsupported",
    ],
  ])("%s", (_what, resource, expected) => {
    const request: RequestRules = { route: { names: ["GET /orders/{id}"], resource }, stagePermissions: [] };
    expect(decided({}, RULES, request)).toBe(expected);
  });

  test("are checked before the path, of which only the word `path` is reported", () => {
    const resource = "arn:aws:execute-api:eu-central-1:1:a/prod/GET/orders/*";
    const request: RequestRules = { route: { names: ["GET /orders/{id}"], resource }, stagePermissions: [] };
    const check = (permissions: string[]) =>
      checkAccess({ ...ALICE, scopes: [], permissions }, { ...ACCESS_RULES, ...RULES }, request);
    expect(check([])).toEqual({ reason: "permission_missing", detail: "read:a" });
    expect(check(["read:a"])).toEqual({ reason: "context_value_unsupported", detail: "path" });
  });
});
