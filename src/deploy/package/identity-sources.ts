import { SETTINGS } from "../../settings/definitions.ts";

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

const { fallback: TOKEN_PARAMETER } = SETTINGS.webSocketTokenParameter;

/** For a WebSocket API: a browser cannot set headers when it opens one. */
export const WEBSOCKET_SOURCE = `route.request.querystring.${TOKEN_PARAMETER}`;

/**
 * The query parameter that identity sources of a WebSocket API name, if the function has to be told of it: undefined if
 * it is the one where the function looks by itself, or if none is named.
 */
export function findTokenParameter(sources: readonly string[]): string | undefined {
  const names = sources.flatMap((source) => /^route\.request\.querystring\.(.+)$/.exec(source)?.[1] ?? []);
  return names.includes(TOKEN_PARAMETER) ? undefined : names[0];
}

function withRequest(source: string, ofRequest: string, ofGateway: string): string {
  return `${/^(?:header|querystring)\./.test(source) ? ofRequest : ofGateway}${source}`;
}
