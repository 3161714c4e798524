import type { Kind } from "./probe.ts";

/** How something is known: AWS says so on a page, or the real gateway was seen to do it. */
export type Source = `https://${string}` | "recorded";

export const RECORDED = "recorded";

const DG = "https://docs.aws.amazon.com/apigateway/latest/developerguide";
const API = "https://docs.aws.amazon.com/apigateway/latest/api";

/** AWS's pages. */
export const PAGES = {
  restCall: `${DG}/call-api-with-api-gateway-lambda-authorization.html`,
  restOutput: `${DG}/api-gateway-lambda-authorizer-output.html`,
  restInput: `${DG}/api-gateway-lambda-authorizer-input.html`,
  restCache: `${DG}/configure-api-gateway-lambda-authorization-with-console.html`,
  restProxy: `${DG}/set-up-lambda-proxy-integrations.html`,
  http: `${DG}/http-api-lambda-authorizer.html`,
  httpEvent: `${DG}/http-api-develop-integrations-lambda.html`,
  webSocket: `${DG}/apigateway-websocket-api-lambda-auth.html`,
  resourcePolicies: `${DG}/apigateway-authorization-flow.html`,
  create: `${API}/API_CreateAuthorizer.html`,
  denied: "https://repost.aws/knowledge-center/api-gateway-403-error-lambda-authorizer",
} as const;

/** Of a kind by its name, or of all REST or HTTP kinds; what is left out is an open question. */
export type Sources = Partial<Record<Kind | "REST" | "HTTP", readonly Source[]>>;

export function from(sources: Sources): (kind: Kind) => readonly Source[] {
  return (kind) => {
    const [family] = kind.split(" ") as ["REST" | "HTTP" | "WebSocket"];
    return sources[kind] ?? sources[family] ?? [];
  };
}
