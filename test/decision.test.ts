import { describe, expect, test } from "@jest/globals";
import { decide, refused, undecided, type AccessRules } from "../src/decision.ts";
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
  organization: "org_1",
};
const RULES: AccessRules = {
  allowMachines: false,
  organizations: [],
  email: "verified",
  requiredPermissions: [],
};

function decided(identity: Partial<Identity>, rules: Partial<AccessRules>): string {
  const decision = decide({ ...ALICE, ...identity }, { ...RULES, ...rules });
  return "reason" in decision ? decision.reason : decision.outcome;
}

describe("a caller", () => {
  test("gets in with the identity", () => {
    expect(decide(ALICE, RULES)).toEqual({ outcome: "accepted", identity: ALICE });
  });

  test("is refused with the reason and the identity", () => {
    const machine = { ...ALICE, machine: true };
    expect(decide(machine, RULES)).toEqual({
      outcome: "caller-refused",
      reason: "machine_client",
      identity: machine,
    });
  });
});

type Pair = readonly [string, Partial<Identity>, Partial<AccessRules>, string];

const ORG: Partial<AccessRules> = { organizations: ["org_1", "org_2"] };
const PERMISSIONS: Partial<AccessRules> = { requiredPermissions: ["write:a", "read:b"] };
const MACHINE: Partial<AccessRules> = { allowMachines: true, email: "optional" };
const email = (value: Email): Partial<Identity> => ({ email: value });
const unverified = email({ ...ADDRESS, verified: false });
const unknown = email({ ...ADDRESS, verified: undefined });
const missing = email({ kind: "missing" });
const unsupported = email({ kind: "unsupported" });

const ROWS: readonly Pair[] = [
  ["a machine is refused", { machine: true }, {}, "machine_client"],
  ["a machine gets in where machines do", { machine: true, ...missing }, MACHINE, "accepted"],
  ["a user gets in where machines do", {}, MACHINE, "accepted"],
  [
    "a user without an organization is refused where one is asked for",
    { organization: undefined },
    ORG,
    "organization_not_allowed",
  ],
  ["a user of another organization is refused", { organization: "org_3" }, ORG, "organization_not_allowed"],
  [
    "an organization whose ID only begins alike is refused",
    { organization: "org_11" },
    ORG,
    "organization_not_allowed",
  ],
  ["a user of the first organization gets in", {}, ORG, "accepted"],
  ["a user of the second organization gets in", { organization: "org_2" }, ORG, "accepted"],
  ["a user of any organization gets in where none is asked for", { organization: "org_3" }, {}, "accepted"],
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
  [
    "an unsupported e-mail will not do where it is optional",
    unsupported,
    { email: "optional" },
    "email_unsupported",
  ],
  ["permissions and scopes count alike", {}, PERMISSIONS, "accepted"],
  ["one of two permissions is not enough", { scopes: ["read:a"] }, PERMISSIONS, "permission_missing"],
  ["the other of two permissions is not enough", { permissions: [] }, PERMISSIONS, "permission_missing"],
  ["a permission is exact", { permissions: ["write:aa"] }, PERMISSIONS, "permission_missing"],
];

test.each(ROWS)("%s", (_, identity, rules, expected) => {
  expect(decided(identity, rules)).toBe(expected);
});

describe("of several reasons the caller is told", () => {
  const everything = { machine: true, organization: undefined, ...missing, permissions: [] };

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
    expect(refused(cause)).toEqual({ outcome: "no-valid-token", reason: "expired", cause });
  });

  test.each(["keys_unavailable", "unsupported_event"] as const)("or leaves it undecided: %s", (reason) => {
    const cause = new Refusal(reason);
    expect(refused(cause)).toEqual({ outcome: "undecided", reason, cause });
    expect(undecided(cause)).toEqual({ outcome: "undecided", reason, cause });
  });
});
