import { createAuthorizer, type Authorizer } from "../../../src/authorizer/create-authorizer.ts";
import type { RoutePermissions } from "../../../src/settings/route-permissions.ts";
import type { SettingsOptions } from "../../../src/settings/settings.ts";
import { httpApi, type HttpApiOptions } from "../../../src/testing/gateway/http-api.ts";
import { restApi, type RestApiOptions } from "../../../src/testing/gateway/rest-api.ts";
import { HandshakeError, webSocketApi } from "../../../src/testing/gateway/websocket-api.ts";
import { createSigningKey } from "../../../src/testing/signing-key.ts";
import {
  ACCESS_TOKEN,
  AUDIENCE,
  changed,
  CLIENT_ID,
  EMAIL_CLAIM,
  HEADER,
  ID_TOKEN,
  ISSUER,
  NOW,
  signText,
  type Changes,
} from "../../tokens.ts";

/** What a second API behind a shared authorizer is called by. */
export const OTHER_AUDIENCE = "https://billing.acme.com/";

/** The rules of every API of the table. `GET /files/{file}` has another name than the route's parameter. */
export const RULES: RoutePermissions = {
  "GET /orders/{id}": ["read:orders"],
  "ANY /admin/{proxy+}": ["admin"],
  "ANY /any": ["admin"],
  "GET /hello": [],
  "GET /files/{file}": ["read:orders"],
  $connect: ["read:orders"],
};

const key = createSigningKey({ kid: "key-1" });

const EMAIL = { [EMAIL_CLAIM]: "alice@example.com", [`${EMAIL_CLAIM}_verified`]: true };

export function accessToken(changes: Changes = {}): string {
  return signText(
    JSON.stringify(HEADER),
    JSON.stringify(changed(ACCESS_TOKEN, { ...EMAIL, ...changes })),
    key,
  );
}

export function idToken(): string {
  const claims = { ...ID_TOKEN, email: "alice@example.com", email_verified: true };
  return signText(JSON.stringify(HEADER), JSON.stringify(claims), key);
}

/** One token for each kind of caller. */
const TOKENS = {
  reader: accessToken({ permissions: ["read:orders"] }),
  admin: accessToken({ permissions: ["admin"] }),
  signedIn: idToken(),
  billing: accessToken({ aud: OTHER_AUDIENCE }),
  foreign: accessToken({ aud: "https://elsewhere.example/", permissions: ["read:orders", "admin"] }),
} as const;

export type Caller = keyof typeof TOKENS | "anonymous";

/** Who calls the APIs of the table. `billing` is for {@link OTHER_AUDIENCE}, and for shared authorizers. */
export const CALLERS: readonly Caller[] = ["reader", "admin", "signedIn", "foreign", "anonymous"];

/** An authorizer with the tenant's keys, at a clock that stands still, and what it logs. */
export interface Fixture {
  readonly authorizer: Authorizer;
  /** The reason in the last line of the log, and what it names. */
  readonly lastReason: () => string;
}

export function createFixture(options: Partial<SettingsOptions> = {}): Fixture {
  const lines: string[] = [];
  const authorizer = createAuthorizer(
    {
      domain: [ISSUER.slice("https://".length, -1)],
      clientIds: [CLIENT_ID],
      audiences: [AUDIENCE, OTHER_AUDIENCE],
      emailClaim: EMAIL_CLAIM,
      ...options,
    },
    {
      clock: () => NOW * 1000,
      random: () => 0,
      write: (line) => void lines.push(line),
      fetch: () => Promise.resolve(JSON.stringify({ keys: [key.jwk] })),
    },
  );
  const lastReason = (): string => {
    const { reason, detail } = JSON.parse(lines.at(-1) ?? "{}") as { reason?: string; detail?: string };
    return [reason, detail].filter(Boolean).join(": ");
  };
  return { authorizer, lastReason };
}

/** One request of a client: `GET /orders/1`, and whatever it sends beside the token. */
export interface Request {
  readonly request: `${string} /${string}`;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request with the status that its client gets. */
export type Ask = (caller: Caller, request: Request) => Promise<number>;

const clock = (): number => NOW * 1000;

const backend = (): object => ({ statusCode: 200, body: "" });

function toBackends(routes: readonly string[]): Record<string, () => object> {
  return Object.fromEntries(routes.map((route) => [route, backend]));
}

/** What both kinds of API have, beside a route for all that none of these takes. */
const ROUTES = [
  "GET /orders/{id}",
  "POST /orders/{id}",
  "ANY /admin/{proxy+}",
  "ANY /any",
  "GET /hello",
  "GET /files/{name}",
];

/** What takes all that the other routes do not: behind the authorizer too, or open. */
type CatchAll = "guarded" | "open";

export function createHttpApi(options: Omit<HttpApiOptions, "routes">, catchAll: CatchAll = "guarded"): Ask {
  return createAsk(httpApi({ clock, ...toRoutes("$default", catchAll), ...options }), "authorization");
}

export function createRestApi(options: Omit<RestApiOptions, "routes">, catchAll: CatchAll = "guarded"): Ask {
  return createAsk(restApi({ clock, ...toRoutes("ANY /{proxy+}", catchAll), ...options }), "Authorization");
}

function toRoutes(rest: string, catchAll: CatchAll): Pick<HttpApiOptions, "routes" | "openRoutes"> {
  return catchAll === "open"
    ? { routes: toBackends(ROUTES), openRoutes: toBackends([rest]) }
    : { routes: toBackends([...ROUTES, rest]) };
}

function createAsk(api: ReturnType<typeof httpApi>, name: string): Ask {
  return async (caller, { request, headers }) => {
    const [method = "", target = ""] = request.split(/ (.*)/s, 2);
    const authorization = toAuthorization(caller);
    const response = await api.fetch(target, { method, headers: { ...headers, ...of(name, authorization) } });
    return response.status;
  };
}

export function createWebSocketApi({
  authorizer,
  stageVariables = {},
}: {
  readonly authorizer: Authorizer;
  readonly stageVariables?: Readonly<Record<string, string>>;
}): (caller: Caller) => Promise<number> {
  const api = webSocketApi({
    clock,
    routes: { $connect: backend },
    identitySources: ["route.request.header.Authorization"],
    authorizer,
    stageVariables,
  });
  return async (caller) => {
    try {
      await api.connect("", { headers: of("Authorization", toAuthorization(caller)) });
      return 200;
    } catch (error) {
      if (error instanceof HandshakeError) return error.status;
      throw error;
    }
  };
}

function toAuthorization(caller: Caller): string | undefined {
  return caller === "anonymous" ? undefined : `Bearer ${TOKENS[caller]}`;
}

function of(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
