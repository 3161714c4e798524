import type { RoutePermissions } from "../../settings/route-permissions.ts";
import type { Properties } from "./values.ts";

/**
 * What a set of templates deploys, from any tool: CloudFormation, SAM before its transform, or an OpenAPI body.
 * The readers in `read/` make it, the rules in `rules/` judge it. IDs are logical IDs, with the nested stack before.
 */
export interface Model {
  readonly apis: Api[];
  readonly stages: Stage[];
  readonly routes: Route[];
  readonly authorizers: Authorizer[];
  readonly functions: LambdaFunction[];
  readonly urls: FunctionUrl[];
  readonly permissions: Permission[];
  readonly usagePlans: UsagePlan[];
  readonly gatewayResponses: GatewayResponse[];
  readonly roles: Role[];
  readonly logGroups: LogGroup[];
  readonly unread: Unread[];
}

export type ApiKind = "rest" | "http" | "websocket";

/** The authorizer's answer, or the caller's header `x-api-key`. */
export type KeySource = "authorizer" | "header";

export interface Api {
  readonly id: string;
  readonly kind: ApiKind;
  /** Callers come from one network, or a resource policy chooses them. */
  readonly isRestricted: boolean;
  /** A WebSocket API's routes beside `$connect`. */
  readonly messages: number;
  /** SAM answers preflights, so that pages of other origins call it. */
  readonly hasCors: boolean;
  /** Where a REST API takes API keys from; undefined on the others, and where only a deployment knows. */
  readonly keySource?: KeySource | undefined;
}

export interface Stage {
  readonly id: string;
  readonly api: string;
  /** Its variables; undefined where only a deployment knows. */
  readonly variables: Properties | undefined;
}

export type Guard =
  /** A Lambda authorizer of these templates. */
  | { readonly kind: "lambda"; readonly authorizer: string }
  /** Signatures of AWS, Cognito, or a JWT authorizer. */
  | { readonly kind: "aws" }
  /** An API key says which application calls, and is not a secret. */
  | { readonly kind: "key" }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly why: string };

export interface Route {
  readonly api: string;
  readonly kind: ApiKind;
  readonly resource: string;
  /** As API Gateway writes it: `GET /orders/{id}`, `$default`, `$connect`. */
  readonly key: string;
  readonly guard: Guard;
  readonly backend: Backend;
}

export interface Backend {
  readonly kind: "mock" | "lambda" | "http" | "other";
  /** Two routes with the same one reach the same backend; empty where that is not known. */
  readonly id: string;
  /** The function, where it is one of these templates. */
  readonly function?: string;
  /** The whole request is passed to a Lambda function, and mappings of a REST API are ignored. */
  readonly isLambdaProxy: boolean;
  /** The caller's own headers reach it. */
  readonly forwards: boolean;
  /** A role calls it, so that it needs no permission. */
  readonly hasRole: boolean;
  readonly mappings: readonly Mapping[];
  /** The integration, where it is a resource that routes share. */
  readonly resource?: string;
}

/** What is written into a request to the backend: from `context.authorizer.email` to `header.X-User-Email`. */
export interface Mapping {
  readonly mode: "overwrite" | "append";
  readonly target: string;
  readonly source: string;
}

export interface Authorizer {
  readonly id: string;
  readonly api: string;
  readonly kind: ApiKind;
  /** A REST API's authorizer of this kind has the token itself as its identity source. */
  readonly isToken: boolean;
  /** The function, where it is one of these templates. */
  readonly function: string | undefined;
  /** The function, where it is imported from a template that is checked together with these. */
  readonly imported?: LambdaFunction | undefined;
  /** Why the function is not known. */
  readonly why: string;
  /** Undefined where only a deployment knows. */
  readonly sources: readonly string[] | undefined;
  /** Undefined where only a deployment knows. */
  readonly ttlSeconds: number | undefined;
  /** Undefined where only a deployment knows. */
  readonly hasSimpleResponses: boolean | undefined;
  /** Of an HTTP API, `1.0` or `2.0`; undefined where only a deployment knows, and on other APIs. */
  readonly payloadVersion: string | undefined;
  /** A role calls the function, or SAM writes the permission. */
  readonly mayCall: boolean;
  /** Of a REST API's TOKEN authorizer: the expression that the header has to match. */
  readonly pattern?: string | undefined;
}

export interface LambdaFunction {
  readonly id: string;
  /** As `AWS::Lambda::Function` has them. */
  readonly properties: Properties;
  /** Logical IDs of its role; undefined where it is not of these templates. */
  readonly role: string | undefined;
  /** Undefined where its code is not on this machine. */
  readonly routesFile: RoutesFile | undefined;
}

/** What the file `routes.json` in a function's code says: nothing where there is none. */
export interface RoutesFile {
  readonly rules: RoutePermissions;
  /** Why the function does not start with it. */
  readonly issue?: string;
}

interface FunctionUrl {
  readonly id: string;
  readonly function: string | undefined;
  /** Undefined where only a deployment knows. */
  readonly authType: string | undefined;
}

export interface Permission {
  readonly id: string;
  readonly function: string | undefined;
  /** A service, an account, `*`; undefined where only a deployment knows. */
  readonly principal: string | undefined;
  /** The APIs that `SourceArn` names; empty where it names none of these templates. */
  readonly apis: readonly string[];
  /** Why parts of `SourceArn` are not known. */
  readonly unknownSources: readonly string[];
  /** Which API, bucket, account or organization may call. */
  readonly hasSource: boolean;
  readonly isOfUrl: boolean;
}

/** Counts the calls of each API key, over all of its APIs. */
interface UsagePlan {
  readonly id: string;
  /** Logical IDs, where they are of these templates. */
  readonly apis: readonly string[];
}

export interface GatewayResponse {
  readonly id: string;
  readonly api: string;
  readonly type: string;
  /** Names of headers in lower case; undefined where only a deployment knows. */
  readonly headers: readonly string[] | undefined;
  /** Whether a deployment of the API waits for it; undefined where no deployment is in the templates. */
  readonly isDeployed: boolean | undefined;
}

export interface Role {
  readonly id: string;
  /** The role itself, or those that the policy is attached to. */
  readonly roles: readonly string[];
  readonly statements: readonly Properties[];
  /** What is too wide about it beside its statements, as sentences without a full stop. */
  readonly excesses: readonly string[];
  /** Policies that are not in these templates may add to it. */
  readonly isComplete: boolean;
}

export interface LogGroup {
  readonly id: string;
  readonly name: string;
  readonly isKeptForEver: boolean;
}

/** What a reader came upon and could not read. */
interface Unread {
  readonly rule: "template-not-read" | "authorizer-not-read" | "permission-not-read" | "value-at-deployment";
  readonly resource: string;
  /** Such as "the body is in S3". */
  readonly what: string;
}

export function createModel(): Model {
  return {
    apis: [],
    stages: [],
    routes: [],
    authorizers: [],
    functions: [],
    urls: [],
    permissions: [],
    usagePlans: [],
    gatewayResponses: [],
    roles: [],
    logGroups: [],
    unread: [],
  };
}
