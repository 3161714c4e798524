import { isLiteralResource, type MatchedRoute } from "../apigateway/route.ts";
import type { Denial } from "../errors.ts";
import { type Identity, getClaim } from "../identity/identity.ts";
import { OTHER_ROUTES, type RoutePermissions } from "../settings/route-permissions.ts";
import type { Settings } from "../settings/settings.ts";

/** Of the settings, those that say which verified callers are allowed. */
export type AccessRules = Pick<
  Settings,
  | "allowMachines"
  | "allowAnonymous"
  | "allowAgents"
  | "actors"
  | "organizations"
  | "emailPolicy"
  | "emailDomains"
  | "requiredClaims"
  | "requiredPermissions"
  | "routePermissions"
>;

/** What the API that was called adds to the rules. */
export interface RequestRules {
  /** Undefined if there are no permissions by route, or no route because a token is verified without a gateway. */
  readonly route: MatchedRoute | undefined;
  /** The permissions that the API's stage needs. */
  readonly stagePermissions: readonly string[];
}

export type AccessRuleName =
  "machine" | "anonymous" | "agent" | "actor" | "organization" | "email" | "claims" | "permissions" | "route";

type AccessRule = (identity: Identity, rules: AccessRules, request: RequestRules) => Denial | undefined;

/** What a caller must be, in the order of the checks, and why they are denied otherwise. */
export const ACCESS_RULES: Readonly<Record<AccessRuleName, AccessRule>> = {
  machine: checkMachine,
  anonymous: checkAnonymous,
  agent: checkAgent,
  actor: checkActor,
  organization: (identity, { organizations }) =>
    organizations.length > 0 ? checkOrganization(identity, organizations) : undefined,
  email: checkEmail,
  claims: (identity, { requiredClaims }) => checkRequiredClaims(identity, requiredClaims),
  permissions: (identity, { requiredPermissions }, { stagePermissions }) =>
    checkPermissions(identity, requiredPermissions) ?? checkPermissions(identity, stagePermissions),
  route: (identity, { routePermissions }, { route }) =>
    route && checkRoute(identity, route, routePermissions),
};

const RULE_NAMES = Object.keys(ACCESS_RULES) as readonly AccessRuleName[];

/**
 * Returns why a verified caller is denied, if so. Only the last rule knows the route, and only if there are permissions
 * by route: without it one policy is right for the whole stage, which is what API Gateway's cache needs.
 */
export function checkAccess(
  identity: Identity,
  rules: AccessRules,
  request: RequestRules,
  onStep?: (step: AccessRuleName) => void,
): Denial | undefined {
  for (const name of RULE_NAMES) {
    onStep?.(name);
    const denial = ACCESS_RULES[name](identity, rules, request);
    if (denial !== undefined) return denial;
  }
  return undefined;
}

function checkMachine({ principalType }: Identity, rules: AccessRules): Denial | undefined {
  return principalType === "machine" && !rules.allowMachines ? { reason: "machine_not_allowed" } : undefined;
}

function checkAnonymous({ principalType }: Identity, rules: AccessRules): Denial | undefined {
  return principalType === "anonymous" && !rules.allowAnonymous
    ? { reason: "anonymous_not_allowed" }
    : undefined;
}

function checkAgent({ principalType }: Identity, rules: AccessRules): Denial | undefined {
  return principalType === "agent" && !rules.allowAgents ? { reason: "agent_not_allowed" } : undefined;
}

/** The current actor decides; those before it say nothing about rights (RFC 8693 §4.1). */
function checkActor({ actors: [actor] }: Identity, { actors }: AccessRules): Denial | undefined {
  if (actor === undefined || actors === "any") return undefined;
  return actors !== "none" && actors.includes(actor) ? undefined : { reason: "actor_not_allowed" };
}

/** An address that cannot be forwarded unchanged is left out where an email is optional. */
function checkEmail({ email }: Identity, rules: AccessRules): Denial | undefined {
  if (email.kind !== "address") {
    const reason = email.kind === "missing" ? "email_missing" : "email_unsupported";
    return rules.emailPolicy === "optional" ? undefined : { reason };
  }
  if (rules.emailPolicy === "verified" && email.verified !== true) return { reason: "email_not_verified" };
  return rules.emailDomains.length > 0 ? checkEmailDomain(email.address, rules.emailDomains) : undefined;
}

/** An ID is only ever compared with an ID, and a name with a name: an organization's name can be chosen, its ID cannot. */
function checkOrganization(identity: Identity, organizations: readonly string[]): Denial | undefined {
  const { id, name } = identity.organization ?? {};
  const isAllowed = organizations.some((allowed) => allowed === (allowed.startsWith("org_") ? id : name));
  return isAllowed ? undefined : { reason: "organization_not_allowed" };
}

/** Addresses are ASCII, so that folding their case makes no letter of another. */
function checkEmailDomain(address: string, domains: readonly string[]): Denial | undefined {
  const domain = address.slice(address.indexOf("@") + 1).toLowerCase();
  return domains.includes(domain) ? undefined : { reason: "email_domain_not_allowed" };
}

/** A claim that is a list must contain a value; numbers and flags count as JSON writes them. */
function checkRequiredClaims(
  identity: Identity,
  required: Readonly<Record<string, readonly string[]>>,
): Denial | undefined {
  const broken = Object.entries(required).find(([name, allowed]) => {
    const values = [getClaim(identity, name)].flat();
    return !values.some((value) => isPlain(value) && allowed.includes(String(value)));
  });
  return broken && { reason: "claim_not_allowed", detail: broken[0] };
}

function isPlain(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function checkPermissions(identity: Identity, required: readonly string[]): Denial | undefined {
  const { permissions, scopes } = identity;
  const missing = required.find(
    (permission) => !permissions.includes(permission) && !scopes.includes(permission),
  );
  return missing === undefined ? undefined : { reason: "permission_missing", detail: missing };
}

/** A route that no rule names is denied: a typo or a renamed route must not open. */
function checkRoute(
  identity: Identity,
  { names, resource }: MatchedRoute,
  rules: RoutePermissions,
): Denial | undefined {
  const name = [...names, OTHER_ROUTES].find((candidate) => Object.hasOwn(rules, candidate));
  if (name === undefined) return { reason: "route_not_listed", detail: names[0] };
  const denial = checkPermissions(identity, rules[name] ?? []);
  if (denial !== undefined || resource === undefined || isLiteralResource(resource)) return denial;
  return { reason: "context_value_unsupported", detail: "path" };
}
