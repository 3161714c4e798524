import type { ApiKind, Authorizer, Guard } from "../model.ts";
import { getWhyUnknown, isTrue, toList, toRecord, toText, type Properties } from "../values.ts";
import { readCalled } from "./called.ts";
import { toSeconds, toVersion, type Resources } from "./resources.ts";

/** The Lambda authorizers of the `Auth` of an API. */
export function readSamAuthorizers(
  api: string,
  kind: ApiKind,
  auth: Properties,
  resources: Resources,
): Authorizer[] {
  return Object.entries(toRecord(auth["Authorizers"])).flatMap(([name, value]) => {
    const authorizer = toRecord(value);
    const { FunctionArn, Identity, EnableSimpleResponses } = authorizer;
    if (FunctionArn === undefined) return [];
    const isRest = kind === "rest";
    return [
      {
        id: `${api}.${name}`,
        api,
        kind,
        isToken: isRest && toText(authorizer["FunctionPayloadType"]) !== "REQUEST",
        ...readCalled(FunctionArn, resources),
        sources: readSources(toRecord(Identity), isRest),
        ttlSeconds: toSeconds(toRecord(Identity)["ReauthorizeEvery"], isRest ? 300 : 0),
        hasSimpleResponses:
          getWhyUnknown(EnableSimpleResponses) === undefined
            ? !isRest && isTrue(EnableSimpleResponses)
            : undefined,
        payloadVersion: isRest ? undefined : toVersion(authorizer["AuthorizerPayloadFormatVersion"]),
        mayCall: mayCall(authorizer, isRest),
        pattern: toText(toRecord(Identity)["ValidationExpression"]),
      },
    ];
  });
}

/** SAM adds the permission to call the function for a REST API unless it is disabled, for an HTTP API only if it is enabled. */
function mayCall(authorizer: Properties, isRest: boolean): boolean {
  const role = toText(authorizer["FunctionInvokeRole"]) ?? "NONE";
  if (authorizer["FunctionInvokeRole"] !== undefined && role !== "NONE") return true;
  return isRest
    ? !isTrue(authorizer["DisableFunctionDefaultPermissions"])
    : isTrue(authorizer["EnableFunctionDefaultPermissions"]);
}

function readSources(identity: Properties, isRest: boolean): readonly string[] | undefined {
  const start = isRest ? "method.request" : "$request";
  const headers = toList(identity["Headers"]);
  const parameters = toList(identity["QueryStrings"]);
  if ([...headers, ...parameters].some((name) => getWhyUnknown(name) !== undefined)) return undefined;
  return [
    ...headers.map((name) => `${start}.header.${String(name)}`),
    ...parameters.map((name) => `${start}.querystring.${String(name)}`),
    ...toList(identity["Context"]).map((name) => `${isRest ? "" : "$"}context.${String(name)}`),
  ];
}

/** What guards an event, by its own `Auth` or by its API's. */
export function readSamGuard(ownAuth: unknown, auth: Properties, api: string): Guard {
  const whyOwn = getWhyUnknown(ownAuth);
  if (whyOwn !== undefined) return { kind: "unknown", why: `its Auth depends on ${whyOwn}` };
  const own = toRecord(ownAuth);
  const value = own["Authorizer"] ?? auth["DefaultAuthorizer"] ?? "NONE";
  const why = getWhyUnknown(value);
  if (why !== undefined) return { kind: "unknown", why: `its authorizer depends on ${why}` };
  const name = toText(value) ?? "NONE";
  if (name === "AWS_IAM") return { kind: "aws" };
  if (name === "NONE")
    return isTrue(own["ApiKeyRequired"] ?? auth["ApiKeyRequired"]) ? { kind: "key" } : { kind: "none" };
  const authorizer = toRecord(auth["Authorizers"])[name];
  if (Object.keys(toRecord(authorizer)).length === 0)
    return { kind: "unknown", why: `its API has no authorizer ${name} that can be read` };
  return toRecord(authorizer)["FunctionArn"] === undefined
    ? { kind: "aws" }
    : { kind: "lambda", authorizer: `${api}.${name}` };
}
