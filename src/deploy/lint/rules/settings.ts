import { isInFuture } from "../../../settings/cutoff.ts";
import {
  ConfigurationError,
  describeUnknownSetting,
  FUTURE_CUTOFF,
  isAboutUnknownSetting,
} from "../../../settings/configuration-error.ts";
import { findMisspelledVariables, getVariable, settingsFromEnvironment } from "../../../settings/settings.ts";
import { HANDLER, WRITER_HANDLERS } from "../../package/function-files.ts";
import type { LambdaFunction, Model } from "../model.ts";
import { calls, getVariables, readEnvironment, type Check } from "./rule.ts";

/** What the function itself would say about its environment at its first start. */
export const brokenSettings: Check = ({ ours, now }) =>
  ours.flatMap((lambda) => {
    const { texts, unknown } = readEnvironment(lambda);
    return getIssues(texts, now)
      .filter((issue) => !Object.keys(unknown).some((variable) => issue.includes(variable)))
      .map((issue) => ({ resource: lambda.id, found: issue }));
  });

/** Variables that look like settings: they may belong to other code. */
export const unknownSettings: Check = ({ ours }) =>
  ours.flatMap((lambda) =>
    findMisspelledVariables(toNames(lambda)).map(({ found, meant }) => ({
      resource: lambda.id,
      found: describeUnknownSetting(found, meant),
    })),
  );

export const settingsAtDeployment: Check = ({ ours }) =>
  ours.flatMap((lambda) =>
    Object.entries(readEnvironment(lambda).unknown)
      .filter(([name, why]) => SETTING.test(name) && why !== "")
      .map(([name, why]) => ({
        resource: lambda.id,
        found: `${name} is ${why}, and checked when it starts`,
      })),
  );

const SETTING = /^(?:AUTH0_|AUTHORIZER_|JWKS_|REVOCATION_)/;
/** The files of the package that Lambda runs. */
const PACKAGED = [HANDLER, ...WRITER_HANDLERS];
/** Variables that only this authorizer has. */
const OWN_LISTS = [getVariable("clientIds"), getVariable("audiences")];
/** Variables of authorizers from courses and samples, which have the same file name. */
const OTHER_AUTHORIZERS = ["AUTH0_AUDIENCE", "AUTH0_CLIENT_ID", "AUDIENCE", "JWKS_URI", "TOKEN_ISSUER"];

/**
 * The functions that are this authorizer: what an authorizer of an API calls, or what has the package's file, and knows
 * its tenant. A function that asks Auth0 for something else, and another authorizer, are not.
 */
export function getOurs({
  functions,
  authorizers,
}: Pick<Model, "functions" | "authorizers">): LambdaFunction[] {
  return functions.filter((lambda) => {
    const names = Object.keys(getVariables(lambda));
    if (!isForNode(lambda)) return false;
    const isOfPackage = PACKAGED.includes(String(lambda.properties["Handler"]));
    const isCalled = authorizers.some((authorizer) => calls(authorizer, lambda));
    const hasList = OWN_LISTS.some((name) => names.includes(name));
    if (hasList) return isOfPackage || isCalled;
    return (
      isOfPackage &&
      names.includes(getVariable("domain")) &&
      !OTHER_AUTHORIZERS.some((name) => names.includes(name))
    );
  });
}

function isForNode({ properties }: LambdaFunction): boolean {
  const runtime = properties["Runtime"];
  return typeof runtime !== "string" || runtime.startsWith("nodejs") || runtime.startsWith("⟦");
}

function toNames(lambda: LambdaFunction): Record<string, string> {
  return Object.fromEntries(Object.keys(getVariables(lambda)).map((name) => [name, ""]));
}

function getIssues(env: Record<string, string>, now: number): readonly string[] {
  try {
    const { domain, issuedAfter } = settingsFromEnvironment(env);
    const isLocal = domain.some((issuer) => issuer.startsWith("http:"));
    return [
      ...(isInFuture(issuedAfter, now) ? [`${getVariable("issuedAfter")} ${FUTURE_CUTOFF}`] : []),
      ...(isLocal ? [`${getVariable("domain")} is on a loopback host, where Lambda finds no tenant`] : []),
    ];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // A name that looks like a setting has a separate rule.
    return error.issues.filter((issue) => !isAboutUnknownSetting(issue));
  }
}
