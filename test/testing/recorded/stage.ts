import {
  HandshakeError,
  httpApi,
  restApi,
  webSocketApi,
  type Lambda,
  type RestApiOptions,
} from "../../../src/testing/index.ts";
import { ok, recorder, type Recorder } from "../lambdas.ts";
import { allow, type Api, type Answer, type RecordedCall, type Setup } from "./recorded-case.ts";
import { SETUPS, TOKEN_PATTERN } from "./setups.ts";

/** What came of one call. */
export interface Outcome extends Answer {
  readonly body: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly invoked: number;
  /** `requestContext.authorizer` of the backend; undefined where it has none or was not called. */
  readonly behind: Readonly<Record<string, unknown>> | undefined;
}

/** An API of this package with the routes `/a`, `/b`, `/item/{item}` and, without an authorizer, `/open`. */
export class Stage {
  readonly authorizer: Recorder;
  readonly behind = ok();
  readonly #api: Api;
  readonly #send: (target: string, options: object) => Promise<Response>;
  #turn: RecordedCall["authorizer"];
  #now = Date.UTC(2026, 8, 24, 12);

  constructor(api: Api, setup: Setup = {}) {
    this.#api = api;
    this.authorizer = recorder((event) => (this.#turn ?? allow())(event, api));
    const options = {
      authorizer: this.authorizer,
      clock: () => this.#now,
      identitySources: setup.identitySources ?? SETUPS[api].identitySources,
      ttlSeconds: setup.ttlSeconds ?? 0,
      stageVariables: setup.stageVariables ?? {},
    };
    this.#send = sender(api, options, this.behind);
  }

  async call({ sent = {}, authorizer, after = 0 }: Omit<RecordedCall, "gets" | "invoked">): Promise<Outcome> {
    const { good } = SETUPS[this.#api];
    this.#now += after * 1000;
    this.#turn = authorizer;
    const before = { asked: this.authorizer.events.length, reached: this.behind.events.length };
    const { to = good.to, method = "GET", headers = good.headers } = sent;
    const response = await this.#send(to, { method, headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    const context = this.behind.events[before.reached]?.["requestContext"] as
      { authorizer?: Outcome["behind"] } | undefined;
    return {
      status: response.status,
      body: bytes.toString(),
      bytes: bytes.length,
      headers: Object.fromEntries(response.headers),
      invoked: this.authorizer.events.length - before.asked,
      behind: context?.authorizer,
    };
  }
}

type Options = Pick<
  RestApiOptions,
  "authorizer" | "clock" | "identitySources" | "ttlSeconds" | "stageVariables"
>;

function sender(
  api: Api,
  options: Options,
  behind: Lambda,
): (target: string, fetchOptions: object) => Promise<Response> {
  if (api === "WebSocket") return handshakes(options, behind);
  const routes = { "ANY /a": behind, "ANY /b": behind, "ANY /item/{item}": behind };
  const all = { ...options, routes, openRoutes: { "GET /open": behind } };
  const routed = {
    "REST TOKEN": () => restApi({ ...all, type: "token", tokenPattern: TOKEN_PATTERN }),
    "REST REQUEST": () => restApi({ ...all, type: "request" }),
    "HTTP 1.0": () => httpApi({ ...all, authorizerPayload: "1.0" }),
    "HTTP 2.0": () => httpApi(all),
    "HTTP simple": () => httpApi({ ...all, simpleResponses: true }),
  }[api]();
  return (target, fetchOptions) => routed.fetch(target, fetchOptions);
}

/** An opened connection is a 200 here: a `Response` cannot be a 101. */
function handshakes(
  options: Options,
  behind: Lambda,
): (target: string, fetchOptions: object) => Promise<Response> {
  const api = webSocketApi({ ...options, routes: { $connect: behind } });
  return async (target, fetchOptions) => {
    try {
      await api.connect(target, fetchOptions);
      return new Response("");
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
      const { status, headers, body } = error;
      return new Response(body, { status, headers });
    }
  };
}
