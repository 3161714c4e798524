import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Reference, Tokenization } from "aws-cdk-lib";
import {
  CfnAuthorizer as CfnRestAuthorizer,
  CfnMethod,
  CfnResource,
  CfnRestApi,
  Method,
} from "aws-cdk-lib/aws-apigateway";
import { CfnAuthorizer, CfnRoute } from "aws-cdk-lib/aws-apigatewayv2";
import type { CfnFunction, Function } from "aws-cdk-lib/aws-lambda";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct, IConstruct } from "constructs";
import {
  formatRoutePermissions,
  mergeRoutePermissions,
  type RoutePermissions,
} from "../../settings/route-permissions.ts";
import { getVariable } from "../../settings/settings.ts";
import { addRoutes } from "../package/add-routes.ts";

/** What has permissions by route, once every route of the app is defined. */
export interface RoutePermissionsProps {
  readonly function: Function;
  /** The path of the function's zip. */
  readonly zip: string;
  /** By the route's construct. */
  readonly permissions: ReadonlyMap<IConstruct, readonly string[]>;
  /** Those of the settings. */
  readonly configured: RoutePermissions;
  /** Authorizers of REST APIs whose TTL was asked for. */
  readonly cached: ReadonlySet<IConstruct>;
}

/** A route that the authorizer guards, as API Gateway writes it. */
interface GuardedRoute {
  readonly name: string;
  /** What `requirePermissions` may have been given for it. */
  readonly constructs: readonly (IConstruct | undefined)[];
}

/** Lambda's limit for all variables of a function together. */
const ENVIRONMENT_LIMIT = 4096;

/**
 * Packages every guarded route with its permissions, and lets no API cache the answer for one route for another.
 *
 * @throws Error if there are permissions for a route that the authorizer does not guard
 */
export function completeRoutes(owner: Construct, props: RoutePermissionsProps): void {
  const { permissions, configured } = props;
  if (permissions.size + Object.keys(configured).length === 0) return;
  const nodes = owner.node.root.node.findAll();
  const authorizers = nodes.filter(isAuthorizer).filter((each) => calls(each, props.function));
  for (const authorizer of authorizers) keepRoutesApart(authorizer, props.cached);
  renewDeployments(nodes, authorizers);
  if (permissions.size > 0) packageRoutes(owner, props, findRoutes(nodes, authorizers));
}

function isAuthorizer(node: IConstruct): node is CfnAuthorizer | CfnRestAuthorizer {
  return node instanceof CfnAuthorizer || node instanceof CfnRestAuthorizer;
}

function calls({ authorizerUri }: CfnAuthorizer | CfnRestAuthorizer, lambda: Function): boolean {
  return getTargets(authorizerUri).includes(lambda.node.defaultChild);
}

/** The constructs that a text refers to. */
function getTargets(text: string | undefined): readonly unknown[] {
  const tokens = text === undefined ? [] : Tokenization.reverseString(text).tokens;
  return tokens.flatMap((token) => (Reference.isReference(token) ? [token.target] : []));
}

/** On a REST API nothing is cached unless it was asked for: whether its key can hold the path is not verified. */
function keepRoutesApart(
  authorizer: CfnAuthorizer | CfnRestAuthorizer,
  cached: RoutePermissionsProps["cached"],
): void {
  if (authorizer instanceof CfnAuthorizer) {
    const sources = authorizer.identitySource ?? [];
    const isWebSocket = sources.some((source) => source.startsWith("route."));
    if (!isWebSocket) authorizer.identitySource = [...new Set([...sources, "$context.routeKey"])];
  } else if (cached.has(authorizer)) {
    const sources = (authorizer.identitySource ?? "").split(",").map((source) => source.trim());
    const all = new Set([...sources, "context.httpMethod", "context.path"]);
    authorizer.identitySource = [...all].join(",");
  } else authorizer.authorizerResultTtlInSeconds = 0;
}

/** A deployment of a REST API is a copy, which a change of its authorizer alone does not renew. */
function renewDeployments(
  nodes: readonly IConstruct[],
  authorizers: readonly (CfnAuthorizer | CfnRestAuthorizer)[],
): void {
  for (const authorizer of authorizers.filter((each) => each instanceof CfnRestAuthorizer)) {
    const method = nodes.filter(isMethod).find((each) => isGuardedBy(each, [authorizer]));
    const { identitySource, authorizerResultTtlInSeconds } = authorizer;
    method?.api.latestDeployment?.addToLogicalId({ auth0: [identitySource, authorizerResultTtlInSeconds] });
  }
}

function isMethod(node: IConstruct): node is Method {
  return node instanceof Method;
}

function isGuardedBy(method: Method, authorizers: readonly IConstruct[]): boolean {
  const { authorizerId } = method.node.defaultChild as CfnMethod;
  return getTargets(authorizerId).some((target) => authorizers.includes(target as IConstruct));
}

function findRoutes(nodes: readonly IConstruct[], authorizers: readonly IConstruct[]): GuardedRoute[] {
  const isOurs = (id: string | undefined): boolean =>
    getTargets(id).some((target) => authorizers.includes(target as IConstruct));
  return nodes.flatMap((node): GuardedRoute[] => {
    if (node instanceof CfnRoute && isOurs(node.authorizerId))
      return [{ name: node.routeKey, constructs: [node, node.node.scope] }];
    if (isMethod(node) && isGuardedBy(node, authorizers))
      return [
        { name: `${node.httpMethod} ${node.resource.path}`, constructs: [node, node.node.defaultChild] },
      ];
    if (node instanceof CfnMethod && !(node.node.scope instanceof Method) && isOurs(node.authorizerId))
      return [{ name: `${node.httpMethod} ${readPath(node)}`, constructs: [node] }];
    return [];
  });
}

/**
 * The path of a method that is a resource of CloudFormation itself, by its resource and that one's parents.
 *
 * @throws Error if one of these is not of this app
 */
function readPath(method: CfnMethod): string {
  const parts: string[] = [];
  let [target] = getTargets(method.resourceId);
  while (target instanceof CfnResource) {
    parts.unshift(target.pathPart);
    [target] = getTargets(target.parentId);
  }
  if (!(target instanceof CfnRestApi))
    throw new Error(
      `${method.node.path} has the authorizer, and a resource whose path is not in this app, so its permissions could ` +
        "not be packaged: import the resource with Resource.fromResourceAttributes, and use its addMethod",
    );
  return `/${parts.join("/")}`;
}

function packageRoutes(
  owner: Construct,
  props: RoutePermissionsProps,
  routes: readonly GuardedRoute[],
): void {
  const { permissions } = props;
  const found = new Set(routes.flatMap(({ constructs }) => constructs));
  const unguarded = [...permissions.keys()].find((construct) => !found.has(construct));
  if (unguarded !== undefined)
    throw new Error(
      `${unguarded.node.path} has permissions, and not the authorizer that checks them: pass it as ` +
        "{ authorizer: auth0.restAuthorizer() } to addMethod, or { authorizer: auth0.httpAuthorizer() } to addRoutes",
    );
  // Two APIs may have a route of the same name, which one function cannot tell apart: the permissions of both count.
  const rules = routes.reduce<RoutePermissions>(
    (all, { name, constructs }) =>
      mergeRoutePermissions(all, {
        [name]: constructs.flatMap((construct) => (construct && permissions.get(construct)) ?? []),
      }),
    {},
  );
  const code = readCode(props.zip, rules);
  if (code === undefined) setVariable(props, rules);
  else replaceCode(owner, props.function, code);
}

/** The code with the routes in it; undefined if it is not a zip file, to which they could be added. */
function readCode(path: string, rules: RoutePermissions): Buffer | undefined {
  try {
    return addRoutes(readFileSync(path), rules);
  } catch {
    return undefined;
  }
}

function replaceCode(owner: Construct, lambda: Function, code: Buffer): void {
  const folder = mkdtempSync(join(tmpdir(), "auth0-authorizer-"));
  const path = join(folder, "authorizer.zip");
  writeFileSync(path, code);
  const asset = new Asset(owner, "CodeWithRoutes", { path });
  // Without staging, the asset is the file itself.
  if (owner.node.tryGetContext("aws:cdk:disable-asset-staging") !== true) rmSync(folder, { recursive: true });
  const resource = lambda.node.defaultChild as CfnFunction;
  resource.code = { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey };
  asset.addResourceMetadata(resource, "Code");
}

function setVariable({ function: lambda, configured }: RoutePermissionsProps, rules: RoutePermissions): void {
  const text = formatRoutePermissions(mergeRoutePermissions(configured, rules));
  if (Buffer.byteLength(text) > ENVIRONMENT_LIMIT)
    throw new Error(
      "the permissions of routes do not fit into the function's environment: give zip the path of a zip file",
    );
  lambda.addEnvironment(getVariable("routePermissions"), text);
}
