import { getVariable, type SettingKey, type Settings } from "../../settings/settings.ts";
import { documentationUrl } from "../documentation.ts";
import type { Finding } from "./finding.ts";

/** Whether a JWT authorizer of AWS's own can ask for the same; unknown where AWS's pages do not say. */
type Ability = "yes" | "no" | "unknown";

/** Something that the settings ask for. */
interface Demand {
  readonly setting: SettingKey;
  readonly isMade: (settings: Settings) => boolean;
  readonly http: Ability;
  readonly rest: Ability;
}

const takesAccessTokens = ({ audiences }: Settings): boolean => audiences.length > 0;

/** With its sources in `bench/authorizers.md`. What is not listed, both can do: an issuer, audiences, one scope. */
const DEMANDS: readonly Demand[] = [
  { setting: "domain", isMade: ({ domain }) => domain.length > 1, http: "no", rest: "yes" },
  {
    setting: "clientIds",
    isMade: (settings) => settings.clientIds.length > 0 && takesAccessTokens(settings),
    http: "no",
    rest: "unknown",
  },
  {
    setting: "emailPolicy",
    isMade: ({ emailPolicy }) => emailPolicy !== "optional",
    http: "no",
    rest: "unknown",
  },
  {
    setting: "emailDomains",
    isMade: ({ emailDomains }) => emailDomains.length > 0,
    http: "no",
    rest: "unknown",
  },
  {
    setting: "organizations",
    isMade: ({ organizations }) => organizations.length > 0,
    http: "no",
    rest: "unknown",
  },
  {
    setting: "requiredClaims",
    isMade: ({ requiredClaims }) => Object.keys(requiredClaims).length > 0,
    http: "no",
    rest: "unknown",
  },
  {
    // They ask for one of several scopes, not for all of them.
    setting: "requiredPermissions",
    isMade: ({ requiredPermissions }) => requiredPermissions.length > 1,
    http: "no",
    rest: "no",
  },
  {
    setting: "accessTokenProfile",
    isMade: ({ accessTokenProfile }) => accessTokenProfile === "rfc9068",
    http: "no",
    rest: "unknown",
  },
  {
    setting: "allowMachines",
    isMade: (settings) => !settings.allowMachines && takesAccessTokens(settings),
    http: "no",
    rest: "no",
  },
  {
    setting: "allowAnonymous",
    isMade: (settings) => !settings.allowAnonymous && takesAccessTokens(settings),
    http: "no",
    rest: "no",
  },
  {
    setting: "revocationTable",
    isMade: ({ revocationTable }) => revocationTable !== undefined,
    http: "no",
    rest: "no",
  },
];

/**
 * Whether the JWT authorizers of HTTP and REST APIs could replace this one, so that no Lambda is needed.
 *
 * @param env what the settings were read from: a variable that is not there has its default, which is said too
 */
export function checkNative(settings: Settings, env?: NodeJS.ProcessEnv): readonly Finding[] {
  const made = DEMANDS.filter(({ isMade }) => isMade(settings));
  return [
    finding("HTTP", { made, env }, ({ http }) => http),
    finding("REST", { made, env }, ({ rest }) => rest),
  ];
}

function finding(
  api: string,
  { made, env }: { readonly made: readonly Demand[]; readonly env: NodeJS.ProcessEnv | undefined },
  abilityOf: (demand: Demand) => Ability,
): Finding {
  const named = (ability: Ability): string =>
    made
      .filter((demand) => abilityOf(demand) === ability)
      .map(({ setting }) => nameSetting(getVariable(setting), env))
      .join(", ");
  const [impossible, unknown] = [named("no"), named("unknown")];
  const reasons = [
    impossible && `cannot do what these settings require: ${impossible}`,
    unknown && `may not support these, AWS does not say: ${unknown}`,
  ].filter(Boolean);
  const authorizer = `the JWT authorizer that AWS has for ${api} APIs`;
  if (reasons.length > 0)
    return { check: "native", status: "ok", what: `${authorizer} ${reasons.join("; it ")}` };
  return {
    check: "native",
    status: "ok",
    what: `${authorizer} supports everything that these settings require`,
    advice: `It needs no function. If the rest fits too, use it: ${documentationUrl("which-authorizer")}`,
  };
}

function nameSetting(variable: string, env: NodeJS.ProcessEnv | undefined): string {
  return env === undefined || env[variable]?.trim() ? variable : `${variable} (its default)`;
}
