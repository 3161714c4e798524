/** What answers are kept by beside the token, in words that hold for every gateway. */
export const IDENTITY_SOURCE = /^(?:header|querystring|stageVariables|context)\.[\w.-]+$/;

const TOKEN = "header.Authorization";

/** For a REST API: `method.request.header.Authorization`, `context.path`. */
export function toRestSources(sources: readonly string[]): string[] {
  return [TOKEN, ...sources].map((source) => withRequest(source, "method.request.", ""));
}

/** For an HTTP API: `$request.header.Authorization`, `$context.routeKey`. */
export function toHttpSources(sources: readonly string[]): string[] {
  return [TOKEN, ...sources].map((source) => withRequest(source, "$request.", "$"));
}

function withRequest(source: string, ofRequest: string, ofGateway: string): string {
  return `${/^(?:header|querystring)\./.test(source) ? ofRequest : ofGateway}${source}`;
}
