import { uncertainPermissions, unknownAuthorizerValues, unreadAuthorizers } from "./authorizers.ts";
import { unreadPermissions } from "./functions.ts";
import { unreadRoutes } from "./routes.ts";
import { settingsAtDeployment } from "./settings.ts";
import type { Check, Rule, Scope } from "./rule.ts";

/** What a reader could not read. */
function unread(rule: Scope["model"]["unread"][number]["rule"]): Check {
  return ({ model }) =>
    model.unread
      .filter((each) => each.rule === rule)
      .map(({ resource, what }) => ({ resource, found: what }));
}

/** What could not be read. */
export const GAPS = {
  "route-not-read": {
    severity: "not checked",
    title: "a route whose authorizer could not be read",
    why: "It may be open.",
    fix: "Check the templates of both stacks together, or look at the deployed API and accept this.",
    check: unreadRoutes,
  },
  "authorizer-not-read": {
    severity: "not checked",
    title: "an authorizer that could not be read",
    why: "It was not checked.",
    fix: "Write it without a condition, or look at the deployed API and accept this.",
    check: (scope) => [...unread("authorizer-not-read")(scope), ...unreadAuthorizers(scope)],
  },
  "permission-not-read": {
    severity: "not checked",
    title: "a permission that could not be read",
    why: "It may allow everyone.",
    fix: "Write its principal or AuthType into the template, or accept this.",
    check: (scope) => [
      ...unread("permission-not-read")(scope),
      ...unreadPermissions(scope),
      ...uncertainPermissions(scope),
    ],
  },
  "template-not-read": {
    severity: "not checked",
    title: "a part of the template that could not be read",
    why: "It may have routes without an authorizer.",
    fix: "Check separately what is added at deployment, or put the file at the path that the template names.",
    check: unread("template-not-read"),
  },
  "value-at-deployment": {
    severity: "not checked",
    title: "a value that is known only at deployment",
    why: "It is checked when the function starts, or not at all.",
    fix: "Nothing, or give the parameter a default. If another template exports the value, check both together.",
    check: (scope) => [
      ...unread("value-at-deployment")(scope),
      ...settingsAtDeployment(scope),
      ...unknownAuthorizerValues(scope),
    ],
  },
} as const satisfies Readonly<Record<string, Rule>>;
