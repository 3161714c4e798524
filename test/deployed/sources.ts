import type { Kind } from "./probe.ts";

/** How something is known: AWS says so on a page, or the real gateway was seen to do it. */
export type Source = `https://${string}` | Observation;

/** What somebody saw the real gateway do. */
export interface Observation {
  /** `recorded`: kept with its events or answers in a public repository. `reported`: pasted or told. */
  readonly how: "recorded" | "reported";
  readonly by: string;
  /** Left out where the place is not known any more. */
  readonly url?: `https://${string}`;
  /** That it holds for today's gateway, and for that kind of API. */
  readonly confidence: "high" | "medium" | "low";
}

/** The recordings of 24 and 25 September 2026 in us-east-1. */
export const RECORDED = recorded("https://github.com/radkawar/stackd");

const VOKER = "https://github.com/hotsock/voker/blob/a1c00bf491e026f81917cc2edfdaca03eabc7518";
const LOCALSTACK = "https://github.com/localstack/localstack/blob/master/tests/aws/services/apigateway";

/** Recordings beside those of {@link RECORDED}. */
export const RECORDINGS = {
  paths: recorded(`${VOKER}/vokerhttp/testdata/ingress-paths.json`),
  lambda: recorded(`${LOCALSTACK}/test_apigateway_lambda.py`),
  http: recorded(`${LOCALSTACK}/test_apigateway_http.py`),
  common: recorded(`${LOCALSTACK}/test_apigateway_common.py`),
  canary: recorded(`${LOCALSTACK}/test_apigateway_canary.py`),
  rules: recorded("https://github.com/badmintoncryer/cdk-preflight"),
} as const;

function recorded(url: `https://${string}`): Observation {
  const [owner = "", repository = ""] = new URL(url).pathname.slice(1).split("/");
  return { how: "recorded", by: `${owner}/${repository}`, url, confidence: "high" };
}

/** @param thread `owner/repository#number` on GitHub */
export function reported(thread: string, confidence: Observation["confidence"]): Observation {
  const url = `https://github.com/${thread.replace("#", "/issues/")}` as const;
  return { how: "reported", by: thread, url, confidence };
}

/** A log of the gateway, of 2017, 2020 or 2023, that somebody put beside the code. */
export const PASTED_LOG: Observation = { how: "reported", by: "a pasted log", confidence: "high" };

/** @param url of a page that is not on GitHub */
export function reportedAt(url: `https://${string}`, confidence: Observation["confidence"]): Observation {
  return { how: "reported", by: new URL(url).hostname, url, confidence };
}

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
  httpRoutes: `${DG}/http-api-develop-routes.html`,
  httpMapping: `${DG}/http-api-parameter-mapping.html`,
  knownIssues: `${DG}/api-gateway-known-issues.html`,
  streaming: `${DG}/response-transfer-mode-lambda.html`,
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
