/** One path of a request, as the router and as the events have it. */
export interface Paths {
  /** What routes are matched with, and what the method's ARN ends in. */
  readonly routed: string;
  /** `path` of a REST API's events: with the base path of a custom domain, without the stage. */
  readonly path: string;
  /** `requestContext.path` and `rawPath`: with the stage, or with the base path in its place. */
  readonly full: string;
}

/**
 * REST APIs keep a path encoded. They route on it without repeated slashes at its beginning, which stay in
 * `requestContext.path`; a base path is in both paths of an event, and not in the ARN.
 *
 * @param sent as sent, without stage and base path
 * @param basePath of a custom domain: `/v1`; empty without one
 * @see https://github.com/localstack/localstack/pull/11304
 * @see https://github.com/CodeGenieApp/serverless-express/issues/216
 */
export function toRestPaths(sent: string, stage: string, basePath: string): Paths {
  const routed = sent.replace(/^\/+/, "/");
  return {
    routed,
    path: `${basePath}${routed}`,
    full: basePath === "" ? withStage(stage, sent) : `${basePath}${sent}`,
  };
}

/**
 * HTTP APIs decode a path twice, and cut it off at a question mark that the first round uncovers. That routes are
 * matched with the decoded path, and what becomes of a path that cannot be decoded at all, is not verified.
 *
 * @param sent as sent, without the stage
 * @returns undefined where a round cannot be decoded: 400, and no function is called
 * @see https://github.com/hotsock/voker/blob/a1c00bf491e026f81917cc2edfdaca03eabc7518/vokerhttp/testdata/ingress-paths.json
 */
export function toHttpPaths(sent: string, stage: string): Paths | undefined {
  const [once] = percentDecoded(sent)?.split("?") ?? [];
  const routed = once === undefined ? undefined : percentDecoded(once);
  if (routed === undefined) return undefined;
  return { routed, path: routed, full: withStage(stage, routed) };
}

/** Of an API without routes by path: a WebSocket API's. */
export function toPlainPaths(path: string, stage: string): Paths {
  return { routed: path, path, full: withStage(stage, path) };
}

function withStage(stage: string, path: string): string {
  return stage === "$default" ? path : `/${stage}${path}`;
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
