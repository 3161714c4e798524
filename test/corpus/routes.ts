import type { Outcome } from "./package-service.ts";

type Properties = Readonly<Record<string, unknown>>;

/** A route of a packaged service. */
interface Route {
  /** `GET /orders`; below a path of another stack, what follows that path. */
  readonly key: string;
  /** The logical ID of the function that is asked; undefined where none is. */
  readonly authorizer: string | undefined;
}

/** Every route in the templates of a service, read by nothing of the project. Preflights of REST APIs are left out. */
export function readRoutes({ resources }: Outcome): readonly Route[] {
  return Object.values(resources).flatMap(({ Type, Properties: properties = {} }) => {
    const authorizer = findAuthorizer(resources, properties);
    if (Type === "AWS::ApiGatewayV2::Route") return [{ key: String(properties["RouteKey"]), authorizer }];
    if (Type !== "AWS::ApiGateway::Method" || properties["HttpMethod"] === "OPTIONS") return [];
    const path = readPath(resources, properties["ResourceId"]);
    return [{ key: `${String(properties["HttpMethod"])} ${path === "" ? "/" : path}`, authorizer }];
  });
}

function readPath(resources: Outcome["resources"], id: unknown): string {
  const { PathPart, ParentId } = resources[refOf(id)]?.Properties ?? {};
  return PathPart === undefined ? "" : `${readPath(resources, ParentId)}/${PathPart as string}`;
}

/** The function of `AuthorizerUri`, by a route's `AuthorizerId`, also where a parameter of a nested stack holds it. */
function findAuthorizer(resources: Outcome["resources"], { AuthorizerId }: Properties): string | undefined {
  const name = /"(?:Ref|Fn::GetAtt)":\[?"(?:\w+\.)?(\w*Authorizer\w*)"/.exec(
    JSON.stringify(AuthorizerId ?? null),
  )?.[1];
  // In a nested stack it is a parameter, which serverless-plugin-split-stacks names after the resource.
  const { AuthorizerUri } = resources[(name ?? "").replace(/Parameter$/, "")]?.Properties ?? {};
  return /(\w+LambdaFunction)/.exec(JSON.stringify(AuthorizerUri ?? null))?.[1];
}

function refOf(value: unknown): string {
  return typeof value === "object" && value !== null && "Ref" in value ? String(value.Ref) : "";
}
