import type { ApiKind, Authorizer, Guard, Model, Route } from "../model.ts";
import { getWhyUnknown, isTrue, toList, toRecord, toText, type Properties } from "../values.ts";
import { readCalled } from "./called.ts";
import { readBackend } from "./backend.ts";
import { isLambdaAuthorizer } from "./guard.ts";
import { readHeaders } from "./rest.ts";
import { toSeconds, toVersion, type Resources } from "./resources.ts";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const ANY_METHOD = "x-amazon-apigateway-any-method";

/** An API whose routes are an OpenAPI document. */
export interface Body {
  readonly api: string;
  readonly kind: ApiKind;
  readonly document: Properties;
  /** What guards an operation that names nothing: SAM's `DefaultAuthorizer` adds it. */
  readonly fallback: Guard;
}

/** Reads the operations, authorizers and gateway responses of an OpenAPI document with API Gateway's extensions. */
export function readOpenApi(body: Body, resources: Resources, model: Model): void {
  const { api, document } = body;
  const schemes = getSchemes(document);
  for (const [name, scheme] of Object.entries(schemes))
    model.authorizers.push(...readAuthorizer(`${api}.${name}`, toRecord(scheme), body, resources));
  for (const [path, item] of Object.entries(toRecord(document["paths"])))
    readPathItem(path, item, body, resources, model);
  const responses = toRecord(document["x-amazon-apigateway-gateway-responses"]);
  for (const [type, response] of Object.entries(responses)) {
    const headers = readHeaders(toRecord(response)["responseParameters"]);
    model.gatewayResponses.push({ id: api, api, type, headers, isDeployed: undefined });
  }
}

function getSchemes(document: Properties): Properties {
  return {
    ...toRecord(document["securityDefinitions"]),
    ...toRecord(toRecord(document["components"])["securitySchemes"]),
  };
}

function readPathItem(path: string, item: unknown, body: Body, resources: Resources, model: Model): void {
  const { api } = body;
  if (getWhyUnknown(item) !== undefined || "$ref" in toRecord(item) || "Fn::Transform" in toRecord(item)) {
    model.unread.push({
      rule: "template-not-read",
      resource: api,
      what: `the path ${path} is written elsewhere`,
    });
    return;
  }
  for (const [name, operation] of Object.entries(toRecord(item))) {
    const method = name.toLowerCase();
    if (method !== ANY_METHOD && !METHODS.includes(method)) continue;
    model.routes.push(readOperation(toKey(method, path), operation, body, resources));
  }
}

function toKey(method: string, path: string): string {
  if (path === "/$default") return "$default";
  return `${method === ANY_METHOD ? "ANY" : method.toUpperCase()} ${path}`;
}

function readOperation(key: string, value: unknown, body: Body, resources: Resources): Route {
  const operation = toRecord(value);
  const named = operation["x-amazon-apigateway-integration"];
  const { type, uri, credentials, requestParameters } = toRecord(
    toRecord(named)["$ref"] === undefined ? named : getIntegration(body.document, toRecord(named)["$ref"]),
  );
  return {
    api: body.api,
    kind: body.kind,
    resource: body.api,
    key,
    guard: getWhyUnknown(value) === undefined ? readSecurity(operation, body) : toUnknown(value),
    backend: readBackend(
      { type: type ?? "MOCK", uri, role: credentials, parameters: requestParameters },
      body.kind === "rest",
      resources,
    ),
  };
}

function getIntegration(document: Properties, reference: unknown): unknown {
  const name = (toText(reference) ?? "").split("/").at(-1) ?? "";
  return toRecord(toRecord(document["components"])["x-amazon-apigateway-integrations"])[name];
}

/** Alternatives are not read, and neither is a security for all operations: API Gateway is not known to apply it. */
function readSecurity(operation: Properties, body: Body): Guard {
  const { document, fallback } = body;
  const { security } = operation;
  if (getWhyUnknown(security) !== undefined) return toUnknown(security);
  if (toText(toRecord(operation["x-amazon-apigateway-auth"])["type"])?.toUpperCase() === "AWS_IAM")
    return { kind: "aws" };
  if (security === undefined) {
    if (fallback.kind !== "none") return fallback;
    return toList(document["security"]).length > 0
      ? { kind: "unknown", why: "only the document as a whole has a security, which API Gateway may ignore" }
      : fallback;
  }
  return readAlternatives(toList(security), body);
}

function readAlternatives(security: readonly unknown[], { document, api, fallback }: Body): Guard {
  const alternatives = security.map((entry) => Object.keys(toRecord(entry)));
  if (alternatives.length === 0)
    return fallback.kind === "none"
      ? fallback
      : { kind: "unknown", why: "SAM may add its default authorizer" };
  if (alternatives.length > 1 && alternatives.some((names) => names.length === 0))
    return { kind: "unknown", why: "its security is optional" };
  const guards = alternatives.flat().map((name) => readScheme(`${api}.${name}`, getSchemes(document)[name]));
  return (
    guards.find(({ kind }) => kind === "unknown") ??
    guards.find(({ kind }) => kind === "lambda" || kind === "aws") ??
    guards.find(({ kind }) => kind === "key") ?? { kind: "none" }
  );
}

function readScheme(id: string, value: unknown): Guard {
  if (getWhyUnknown(value) !== undefined) return toUnknown(value);
  const scheme = toRecord(value);
  const authorizer = scheme["x-amazon-apigateway-authorizer"];
  if (getWhyUnknown(authorizer) !== undefined) return toUnknown(authorizer);
  const type = toText(toRecord(authorizer)["type"]);
  if (type !== undefined)
    return isLambdaAuthorizer(type) ? { kind: "lambda", authorizer: id } : { kind: "aws" };
  if (toText(scheme["x-amazon-apigateway-authtype"])?.toLowerCase() === "awssigv4") return { kind: "aws" };
  if (authorizer !== undefined)
    return { kind: "unknown", why: "its authorizer is another stack's, or has no type" };
  return scheme["type"] === "apiKey" && String(scheme["name"]).toLowerCase() === "x-api-key"
    ? { kind: "key" }
    : { kind: "none" };
}

function toUnknown(value: unknown): Guard {
  return { kind: "unknown", why: `its security depends on ${getWhyUnknown(value) ?? "a deployment"}` };
}

function readAuthorizer(
  id: string,
  scheme: Properties,
  { api, kind }: Body,
  resources: Resources,
): Authorizer[] {
  const authorizer = toRecord(scheme["x-amazon-apigateway-authorizer"]);
  const { type, authorizerUri, identitySource, authorizerCredentials, enableSimpleResponses } = authorizer;
  if (!isLambdaAuthorizer(toText(type) ?? "")) return [];
  const sources = toList(identitySource ?? []).flatMap((source) => String(toText(source)).split(","));
  const isRest = kind === "rest";
  return [
    {
      id,
      api,
      kind,
      isToken: toText(type)?.toUpperCase() === "TOKEN",
      ...readCalled(authorizerUri, resources),
      sources: getWhyUnknown(identitySource) === undefined ? sources : undefined,
      ttlSeconds: toSeconds(authorizer["authorizerResultTtlInSeconds"], isRest ? 300 : 0),
      hasSimpleResponses: isRest ? false : isTrue(enableSimpleResponses),
      payloadVersion: isRest ? undefined : toVersion(authorizer["authorizerPayloadFormatVersion"]),
      mayCall: authorizerCredentials !== undefined,
      pattern: toText(authorizer["identityValidationExpression"]),
    },
  ];
}
