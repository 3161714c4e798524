/** A route that a request has reached. */
export interface Route {
  /** As configured: `GET /users/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly key: string;
  /** Its path: `/users/{id}`. */
  readonly resource: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The most specific of the routes that match: plain segments before `{name}` before `{name+}` before `$default`,
 * and a method before `ANY`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function findRoute(keys: readonly string[], method: string, path: string): Route | undefined {
  const bySpecificity = [...keys].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  for (const key of bySpecificity) {
    const route = match(key, method, path);
    if (route !== undefined) return route;
  }
  return undefined;
}

function match(key: string, method: string, path: string): Route | undefined {
  if (key === "$default") return { key, resource: key, parameters: {} };
  const [wanted, resource = "/"] = key.split(" ", 2);
  if (wanted !== "ANY" && wanted !== method) return undefined;
  const parameters = pattern(resource).exec(path)?.groups;
  return pattern(resource).test(path) ? { key, resource, parameters: { ...parameters } } : undefined;
}

function pattern(resource: string): RegExp {
  const segments = resource.split("/").map((segment) => {
    const [, name, greedy] = /^\{(\w+)(\+?)\}$/.exec(segment) ?? [];
    if (name === undefined) return segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return greedy === "+" ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`;
  });
  return new RegExp(`^${segments.join("/")}$`);
}

/** Sorts before the ranks of less specific routes: `~` comes after every other printable character. */
function rank(key: string): string {
  if (key === "$default") return "~~~";
  const [method = "", resource = ""] = key.split(" ", 2);
  const segments = resource.replace(/\{\w+\+\}/g, "~~").replace(/\{\w+\}/g, "~");
  return `${segments} ${method === "ANY" ? "~" : method}`;
}
