/** A service as a user would have it, and what is to be said of it when it is packaged. */
export interface Service {
  /** The pattern that it stands for. */
  readonly name: string;
  /** `serverless.yml`, without the line that names the service; or the whole of another file of `files`. */
  readonly yml: string;
  /** Beside it, by path: `hello.js` is there always. */
  readonly files?: Readonly<Record<string, string>>;
  /** The file with the service's configuration. */
  readonly config?: string;
  /** The framework: osls, unless it is Serverless 3. */
  readonly framework?: "osls" | "serverless-3";
  readonly args?: readonly string[];
  /** Routes that are guarded by an authorizer of the plugin: its name, and the routes. */
  readonly guarded?: Readonly<Record<string, readonly string[]>>;
  /** Routes that are open, on purpose or not. */
  readonly open?: readonly string[];
  /** The rules whose findings are told as warnings, in any order. Nothing else may be warned of. */
  readonly warnings?: readonly string[];
  /** What the refusal says; where there is none, the service is packaged. */
  readonly errors?: readonly string[];
  /** Texts that stand in the packaged templates, and what does not. */
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  /** Why it is judged so, where that is not plain. */
  readonly because?: string;
}

/** The plugin with an API, which most services here have, and without asking a tenant. */
export const PLUGIN = "plugins: [auth0-api-gateway-authorizer/serverless]";
export const SECTION =
  "custom: { auth0Authorizer: { domain: acme.eu.auth0.com, audiences: https://api.acme.com/, emailClaim: https://acme.com/email, snapshot: false } }";

/** The section with more options in it, as a line of YAML. */
export function sectionWith(options: string, others = ""): string {
  return `${SECTION.slice(0, -" } }".length)}, ${options} }${others === "" ? "" : `, ${others}`} }`;
}

/** A provider with more in it. */
export function provider(more = ""): string {
  return `provider: { name: aws, runtime: nodejs22.x${more === "" ? "" : `, ${more}`} }`;
}

/** A service of these lines. */
export function lines(...parts: readonly string[]): string {
  return `${parts.map((part) => part.replace(/^\n+|\s+$/g, "")).join("\n")}\n`;
}

/** One function with these events, each a line of YAML. */
export function hello(...events: readonly string[]): string {
  return `functions:\n  hello:\n    handler: hello.handler\n    events:\n${events.map((event) => `      - ${event}\n`).join("")}`;
}

export const REST = "http: { path: orders, method: get, cors: true, authorizer: auth0 }";
export const HTTP = "httpApi: { path: /orders, method: get, authorizer: { name: auth0 } }";
export const CONNECT = "websocket: { route: $connect, authorizer: auth0 }";
