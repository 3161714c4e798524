import fc from "fast-check";
import type { RoutePermissions } from "../../src/settings/route-permissions.ts";
import { AUDIENCE, CLIENT_ID, NOW } from "../tokens.ts";
import { accessToken, idToken, OTHER_AUDIENCE } from "../authorizer/routes/fixtures.ts";

/** A token, and what a service may rely on. */
export interface Bearer {
  readonly token: string;
  readonly isValid: boolean;
  readonly audience: string;
  readonly permissions: readonly string[];
}

const PERMISSIONS = ["read", "write", "admin"] as const;
const SETS: readonly (readonly string[])[] = [[], ["read"], ["write"], ["read", "write"], [...PERMISSIONS]];

export const BEARERS: readonly Bearer[] = [
  ...[AUDIENCE, OTHER_AUDIENCE].flatMap((audience) =>
    SETS.map((permissions) => ({
      token: accessToken({ aud: audience, permissions }),
      isValid: true,
      audience,
      permissions,
    })),
  ),
  // As `scope`, permissions count too.
  {
    token: accessToken({ scope: "openid read", permissions: undefined }),
    isValid: true,
    audience: AUDIENCE,
    permissions: ["openid", "read"],
  },
  { token: idToken(), isValid: true, audience: CLIENT_ID, permissions: [] },
  bad(accessToken({ permissions: PERMISSIONS, exp: NOW - 60 })),
  bad(accessToken({ permissions: PERMISSIONS, aud: "https://elsewhere.example/" })),
  bad(`${accessToken({ permissions: PERMISSIONS }).slice(0, -10)}AAAAAAAAAA`),
];

function bad(token: string): Bearer {
  return { token, isValid: false, audience: AUDIENCE, permissions: PERMISSIONS };
}

type Kind = "HTTP simple" | "HTTP policy" | "HTTP 1.0" | "REST" | "REST TOKEN";

/** What is deployed. */
export interface Service {
  readonly kind: Kind;
  readonly routes: readonly string[];
  readonly rules: RoutePermissions;
  readonly requiredPermissions: readonly string[];
  readonly isShared: boolean;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** Beside the token. */
  readonly key: readonly string[];
  readonly ttlSeconds: number;
}

/** A request of one of {@link BEARERS}. */
export interface Call {
  readonly bearer: number;
  readonly method: string;
  readonly path: string;
  readonly header: string | undefined;
}

export interface Story {
  readonly service: Service;
  readonly calls: readonly Call[];
}

const ROUTES = [
  "GET /a",
  "ANY /a",
  "POST /a",
  "GET /a/{id}",
  "ANY /a/{id}",
  "GET /a/{id}/b",
  "ANY /b/{proxy+}",
  "GET /b/c",
  "HEAD /a",
  "OPTIONS /a",
] as const;

/** What no API of these has: another parameter's name, another method, a slash more. */
const MISSPELLED = ["GET /a/{other}", "DELETE /a", "ANY /b/{rest+}", "GET /a/", "POST /b/{proxy+}", "GET /A"];

const SEGMENTS = ["a", "b", "c", "7", "A", "*", "%2F", "%2A", "${x}", "..", "", "%3F", "{id}", "{proxy+}"];

const required = fc.uniqueArray(fc.constantFrom(...PERMISSIONS), { maxLength: 2 });

/** With a catch-all in most cases, so that most requests reach a route. */
const routes = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...ROUTES), { minLength: 2 }), fc.integer({ min: 0, max: 3 }))
  .map(([own, catchAll]): string[] => (catchAll > 0 ? [...own, "ANY /{proxy+}"] : own));

const rules = fc.dictionary(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<string>(...ROUTES, "ANY /{proxy+}") },
    { weight: 2, arbitrary: fc.constantFrom(...MISSPELLED) },
    { weight: 1, arbitrary: fc.constantFrom("*", "$default", "$connect") },
  ),
  required,
  { minKeys: 1, maxKeys: 8 },
);

const stageVariables = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Readonly<Record<string, string>>>({}) },
  fc.constantFrom<Readonly<Record<string, string>>>(
    { auth0Audiences: AUDIENCE },
    { auth0Audiences: `${OTHER_AUDIENCE},${CLIENT_ID}` },
    { auth0Audiences: "https://elsewhere.example/" },
    { auth0Audiences: AUDIENCE, auth0Permissions: "read" },
    { auth0Permissions: "write" },
    { auth0Permissions: "," },
  ),
);

/** Names as a REST API's sources have them; an HTTP API's have a `$` before. */
const key = fc.oneof(
  { weight: 3, arbitrary: fc.constant(["route"]) },
  fc.uniqueArray(fc.constantFrom("context.path", "context.httpMethod", "header"), { maxLength: 3 }),
);

const service: fc.Arbitrary<Service> = fc.record({
  kind: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom<Kind>("HTTP simple", "HTTP policy", "REST") },
    { weight: 1, arbitrary: fc.constantFrom<Kind>("HTTP 1.0", "REST TOKEN") },
  ),
  routes,
  rules,
  requiredPermissions: fc.oneof({ weight: 4, arbitrary: fc.constant<string[]>([]) }, required),
  isShared: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  stageVariables,
  key,
  ttlSeconds: fc.constantFrom(0, 300),
});

const call: fc.Arbitrary<Call> = fc.record({
  bearer: fc.nat(BEARERS.length - 1),
  method: fc.constantFrom("GET", "GET", "POST", "HEAD", "OPTIONS", "DELETE"),
  path: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("/a", "/a/7", "/a/7/b", "/b/c", "/b/c/d", "/a/", "//a") },
    fc
      .array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 4 })
      .map((segments) => `/${segments.join("/")}`),
  ),
  header: fc.option(fc.constantFrom(...ROUTES, "x", ""), { nil: undefined }),
});

/** A service, and calls to it, one after the other. */
export const stories: fc.Arbitrary<Story> = fc.record({
  service,
  calls: fc.array(call, { minLength: 4, maxLength: 16 }),
});
