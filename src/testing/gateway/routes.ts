/** A route that a request has reached. */
export interface Route {
  /** As configured: `GET /users/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly key: string;
  /** Its path: `/users/{id}`. */
  readonly resource: string;
  readonly parameters: Readonly<Record<string, string>>;
}

type RoutedApiType = "rest" | "http";

const METHODS = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
const VARIABLE = /^\{([\w.-]+)(\+?)\}$/;

/**
 * The most specific of the routes that match: plain segments before `{name}` before `{name+}` before `$default`,
 * and a method before `ANY`. Where the most specific path does not have the request's method, a less specific one
 * that has it is reached: an open `ANY /{proxy+}` on a REST API was seen to serve methods that a guarded resource
 * beside it does not declare. That `{name}` is reached in the same way is a guess.
 *
 * @param path as the gateway's router sees it
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 * @see https://github.com/ministackorg/ministack/issues/1423
 */
export function findRoute(
  api: RoutedApiType,
  keys: readonly string[],
  method: string,
  path: string,
): Route | undefined {
  const routed = api === "rest" ? withoutLastSlash(path) : path.replace(/^\/+/, "/");
  const bySpecificity = [...keys].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  for (const key of bySpecificity) {
    const route = match(key, method, routed);
    if (route !== undefined) return route;
  }
  return undefined;
}

/**
 * Refuses routes that AWS does not create, so that a test does not pass with an API that cannot be deployed.
 *
 * @throws Error that says what to change
 */
export function checkRoutes(api: RoutedApiType, keys: readonly string[]): void {
  for (const key of keys) {
    const problem = key === "$default" && api === "http" ? undefined : findProblem(key);
    if (problem !== undefined) throw new Error(`The route ${key} cannot be created: ${problem}`);
  }
}

function findProblem(key: string): string | undefined {
  const [method = "", path = ""] = key.split(" ", 2);
  if (!METHODS.includes(method)) return `write it like GET /users/{id}, with one of ${METHODS.join(", ")}`;
  if (!path.startsWith("/")) return "its path begins with a slash";
  if (path.length > 1 && path.endsWith("/")) return "its path does not end with a slash";
  if (/\+\}(?!$)/.test(path)) return "a greedy {name+} stands at the end of its path";
  return undefined;
}

/** A REST API serves `/x/` with the resource `/x`, and a greedy parameter lacks the last slash. */
function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function match(key: string, method: string, path: string): Route | undefined {
  if (key === "$default") return { key, resource: key, parameters: {} };
  const [wanted, resource = "/"] = key.split(" ", 2);
  if (wanted !== "ANY" && wanted !== method) return undefined;
  const parameters = matchPath(resource, path);
  return parameters && { key, resource, parameters };
}

/** The parameters of a path; undefined where it is another resource's. */
function matchPath(resource: string, path: string): Readonly<Record<string, string>> | undefined {
  const names: string[] = [];
  const segments = resource.split("/").map((segment) => {
    const [, name, greedy] = VARIABLE.exec(segment) ?? [];
    if (name === undefined) return segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    names.push(name);
    return greedy === "+" ? "([^]+)" : "([^/]+)";
  });
  const found = new RegExp(`^${segments.join("/")}$`).exec(path);
  return found === null ? undefined : Object.fromEntries(names.map((name, i) => [name, found[i + 1] ?? ""]));
}

/** Sorts before the ranks of less specific routes: `~` comes after every other printable character. */
function rank(key: string): string {
  if (key === "$default") return "~~~";
  const [method = "", resource = ""] = key.split(" ", 2);
  const segments = resource.split("/").map((segment) => {
    const [variable, , greedy] = VARIABLE.exec(segment) ?? [];
    return variable === undefined ? segment : greedy === "+" ? "~~" : "~";
  });
  return `${segments.join("/")} ${method === "ANY" ? "~" : method}`;
}
