import { describe, expect, test } from "@jest/globals";
import { refusalOf, thrown, undecided, type AccessRules } from "../src/decision.ts";
import type { Email, Identity } from "../src/identity.ts";
import { Refusal } from "../src/refusal.ts";
import { ALICE as SOMEBODY } from "./alice.ts";

const ADDRESS = { kind: "address", address: "alice@example.com", verified: true } as const;
const ALICE: Identity = {
  ...SOMEBODY,
  email: ADDRESS,
  tokenUse: "access",
  scopes: ["read:a", "read:b"],
  permissions: ["write:a", "write:b"],
  organization: { id: "org_1", name: "acme" },
};
const RULES: AccessRules = {
  allowMachines: false,
  allowAnonymous: false,
  organizations: [],
  email: "verified",
  requiredPermissions: [],
};

function decided(identity: Partial<Identity>, rules: Partial<AccessRules>): string {
  return refusalOf({ ...ALICE, ...identity }, { ...RULES, ...rules }) ?? "accepted";
}

type Pair = readonly [string, Partial<Identity>, Partial<AccessRules>, string];

const ORG: Partial<AccessRules> = { organizations: ["org_1", "org_2"] };
const PERMISSIONS: Partial<AccessRules> = { requiredPermissions: ["write:a", "read:b"] };
const MACHINE: Partial<AccessRules> = { allowMachines: true, email: "optional" };
const MACHINE_CALLER: Partial<Identity> = { principalType: "machine" };
const ANONYMOUS_CALLER: Partial<Identity> = { principalType: "anonymous" };
const ANONYMOUS: Partial<AccessRules> = { allowAnonymous: true, email: "optional" };
const NAMED: Partial<AccessRules> = { organizations: ["acme"] };
const organization = (id: string | undefined, name?: string): Partial<Identity> => ({
  organization: { id, name },
});
const email = (value: Email): Partial<Identity> => ({ email: value });
const unverified = email({ ...ADDRESS, verified: false });
const unknown = email({ ...ADDRESS, verified: undefined });
const missing = email({ kind: "missing" });
const unsupported = email({ kind: "unsupported" });

const ROWS: readonly Pair[] = [
  ["a machine is refused", MACHINE_CALLER, {}, "machine_client"],
  ["a machine gets in where machines do", { ...MACHINE_CALLER, ...missing }, MACHINE, "accepted"],
  ["a user gets in where machines do", {}, MACHINE, "accepted"],
  [
    "a user without an organization is refused where one is asked for",
    { organization: undefined },
    ORG,
    "organization_not_allowed",
  ],
  ["a user of another organization is refused", organization("org_3"), ORG, "organization_not_allowed"],
  [
    "an organization whose ID only begins alike is refused",
    organization("org_11"),
    ORG,
    "organization_not_allowed",
  ],
  ["a user of the first organization gets in", {}, ORG, "accepted"],
  ["a user of the second organization gets in", organization("org_2"), ORG, "accepted"],
  ["a user of any organization gets in where none is asked for", organization("org_3"), {}, "accepted"],
  ["an unverified e-mail is refused", unverified, {}, "email_not_verified"],
  ["an e-mail of unknown verification is refused", unknown, {}, "email_not_verified"],
  ["a missing e-mail is refused", missing, {}, "email_missing"],
  ["an unsupported e-mail is refused", unsupported, {}, "email_unsupported"],
  ["an unverified e-mail will do where it must be present", unverified, { email: "present" }, "accepted"],
  ["a missing e-mail will not do where it must be present", missing, { email: "present" }, "email_missing"],
  [
    "an unsupported e-mail will not do where it must be present",
    unsupported,
    { email: "present" },
    "email_unsupported",
  ],
  ["an unverified e-mail will do where it is optional", unverified, { email: "optional" }, "accepted"],
  ["a missing e-mail will do where it is optional", missing, { email: "optional" }, "accepted"],
  ["an unsupported e-mail is left out where it is optional", unsupported, { email: "optional" }, "accepted"],
  ["an anonymous visitor is refused", ANONYMOUS_CALLER, {}, "anonymous_visitor"],
  [
    "an anonymous visitor is refused where machines get in",
    { ...ANONYMOUS_CALLER, ...missing },
    MACHINE,
    "anonymous_visitor",
  ],
  [
    "an anonymous visitor gets in where visitors do",
    { ...ANONYMOUS_CALLER, ...missing },
    ANONYMOUS,
    "accepted",
  ],
  [
    "a machine is refused where only visitors get in",
    { ...MACHINE_CALLER, ...missing },
    ANONYMOUS,
    "machine_client",
  ],
  ["a user gets in where visitors do", {}, ANONYMOUS, "accepted"],
  ["a user of an organization that is named gets in", {}, NAMED, "accepted"],
  [
    "an organization of another name is refused",
    organization("org_1", "evil"),
    NAMED,
    "organization_not_allowed",
  ],
  [
    "an organization without a name is refused by name",
    organization("org_1"),
    NAMED,
    "organization_not_allowed",
  ],
  ["an organization's ID is no name", organization("acme", undefined), NAMED, "organization_not_allowed"],
  ["an organization's name is no ID", organization("org_9", "org_1"), ORG, "organization_not_allowed"],
  ["permissions and scopes count alike", {}, PERMISSIONS, "accepted"],
  ["one of two permissions is not enough", { scopes: ["read:a"] }, PERMISSIONS, "permission_missing"],
  ["the other of two permissions is not enough", { permissions: [] }, PERMISSIONS, "permission_missing"],
  ["a permission is exact", { permissions: ["write:aa"] }, PERMISSIONS, "permission_missing"],
];

test.each(ROWS)("%s", (_, identity, rules, expected) => {
  expect(decided(identity, rules)).toBe(expected);
});

describe("of several reasons the caller is told", () => {
  const everything = { ...MACHINE_CALLER, organization: undefined, ...missing, permissions: [] };

  test.each([
    ["first the machine", { ...ORG, ...PERMISSIONS }, "machine_client"],
    ["then the organization", { ...ORG, ...PERMISSIONS, allowMachines: true }, "organization_not_allowed"],
    ["then the e-mail", { ...PERMISSIONS, allowMachines: true }, "email_missing"],
    ["then the permission", { ...PERMISSIONS, ...MACHINE }, "permission_missing"],
  ] as const)("%s", (_, rules, expected) => {
    expect(decided(everything, rules)).toBe(expected);
  });
});

describe("what was thrown on the way", () => {
  test("is the token's fault", () => {
    const cause = new Refusal("expired");
    expect(thrown(cause)).toEqual({ outcome: "no-valid-token", reason: "expired", cause });
  });

  test.each(["keys_unavailable", "unsupported_event", "identity_source_without_token"] as const)(
    "or leaves it undecided: %s",
    (reason) => {
      const cause = new Refusal(reason);
      expect(thrown(cause)).toEqual({ outcome: "undecided", reason, cause });
      expect(undecided(cause)).toEqual({ outcome: "undecided", reason, cause });
    },
  );
});
