import { getVariable } from "../../../settings/settings.ts";
import type { Api } from "../model.ts";
import { findOurs, readEnvironment, type Check, type Scope } from "./rule.ts";

const VARIABLE = getVariable("usageKeyClaim");

/** An API that takes its keys from the header looks at no key of the authorizer. */
export const ignoredUsageKeys: Check = (scope) =>
  getApisWithUsageKeys(scope)
    .filter(({ keySource }) => keySource === "header")
    .map(({ id }) => ({ resource: id, found: `${VARIABLE} is set, and the API takes keys from x-api-key` }));

/** The key is a claim, or the client ID, which is not a secret: on another API of the plan, a caller can send it. */
export const keysForHeaders: Check = (scope) => {
  const keyed = new Set(getApisWithUsageKeys(scope).map(({ id }) => id));
  const withHeader = new Set(
    scope.model.apis.filter(({ keySource }) => keySource === "header").map(({ id }) => id),
  );
  return scope.model.usagePlans
    .filter(({ apis }) => apis.some((api) => keyed.has(api)))
    .flatMap(({ id, apis }) =>
      apis
        .filter((api) => withHeader.has(api) && !keyed.has(api))
        .map((api) => ({ resource: id, found: `${api} takes the same keys from the header x-api-key` })),
    );
};

/** REST APIs whose authorizer answers with the key of a usage plan. */
function getApisWithUsageKeys(scope: Scope): readonly Api[] {
  const guarded = scope.model.authorizers.filter((authorizer) => {
    const lambda = findOurs(scope, authorizer);
    return (
      authorizer.kind === "rest" && lambda !== undefined && isSet(readEnvironment(lambda).texts[VARIABLE])
    );
  });
  return scope.model.apis.filter(({ id }) => guarded.some(({ api }) => api === id));
}

function isSet(value = ""): boolean {
  return value.trim() !== "";
}
