import { HTTP, type Api, type RecordedCall, type RecordedCase } from "./recorded-case.ts";

type Sent = NonNullable<RecordedCall["sent"]>;

const GOOD = "the Lambda's answer";
const TOKEN = { "X-Auth": "allow-1" };
const BEARER = { Authorization: "allow-1" };

/** What a client sent, and whether its gateway asked the authorizer at all. */
export const SENT: readonly RecordedCase[] = [
  ...[0, 300].flatMap((ttlSeconds) => [
    refused("REST TOKEN", "the header is missing", { headers: {} }, ttlSeconds),
    refused("REST TOKEN", "the header is empty", { headers: { "X-Auth": "" } }, ttlSeconds),
    refused("REST TOKEN", "the token has another form", { headers: { "X-Auth": "other" } }, ttlSeconds),
    refused("REST REQUEST", "the header is missing", { headers: {} }, ttlSeconds),
    refused("REST REQUEST", "the header is empty", { headers: { "X-Auth": "" } }, ttlSeconds),
    refused("REST REQUEST", "the parameter is missing", { to: "/a" }, ttlSeconds),
    refused("REST REQUEST", "the parameter is empty", { to: "/a?tenant=" }, ttlSeconds),
  ]),
  ...[
    { headers: {}, to: "/a?tenant=one" },
    { headers: { "X-Auth": "" }, to: "/a?tenant=one" },
    { headers: TOKEN, to: "/a" },
    { headers: TOKEN, to: "/a?tenant=" },
  ].map(withoutSource),

  ...HTTP.map((api) => refused(api, "the header is missing", { headers: {} })),
  ...HTTP.map((api) => asked(api, "the header is empty", { headers: { Authorization: "" } })),
  {
    apis: [...HTTP, "REST TOKEN", "REST REQUEST"],
    where: "the same request comes twice, with a TTL of 0",
    calls: [
      { gets: GOOD, invoked: 1 },
      { gets: GOOD, invoked: 1 },
    ],
  },

  refused("WebSocket", "the header is missing", { headers: {} }),
  refused("WebSocket", "the header is empty", { headers: { Authorization: "" } }),
  refused("WebSocket", "the parameter is missing", { to: "" }),
  refused("WebSocket", "the parameter is empty", { to: "?tenant=" }),
  asked("WebSocket", "the header is in mixed case", { headers: { aUtHoRiZaTiOn: "allow-1" } }),
  asked("WebSocket", "the parameter comes twice", { to: "?tenant=one&tenant=two" }),
  asked("WebSocket", "the first of two parameters is empty", { to: "?tenant=&tenant=two" }),
  refused("WebSocket", "the last of two parameters is empty", { to: "?tenant=one&tenant=" }),
  ...[
    ["allow-1", "allow-2"],
    ["allow-1", ""],
    ["", "allow-1"],
  ].map(twoAuthorizations),

  {
    apis: ["REST TOKEN"],
    where: "there is no such route",
    calls: [{ sent: { to: "/nowhere", headers: {} }, gets: "403 of no route", invoked: 0 }],
  },
  {
    apis: ["REST REQUEST", "HTTP 2.0"],
    where: "the route has no authorizer",
    calls: [{ sent: { to: "/open", headers: BEARER }, gets: GOOD, invoked: 0 }],
  },
];

function refused(api: Api, where: string, sent: Sent, ttlSeconds = 0): RecordedCase {
  return {
    apis: [api],
    where: `${where}, with a TTL of ${ttlSeconds}`,
    setup: { ttlSeconds },
    calls: [{ sent, gets: "401", invoked: 0 }],
  };
}

function asked(api: Api, where: string, sent: Sent): RecordedCase {
  return { apis: [api], where, calls: [{ sent, gets: GOOD, invoked: 1 }] };
}

/** What would be missing is of no account where no source asks for it. */
function withoutSource(sent: Sent): RecordedCase {
  return {
    apis: ["REST REQUEST"],
    where: `there is no identity source, and the request is ${JSON.stringify(sent)}`,
    setup: { identitySources: [], ttlSeconds: 0 },
    calls: [{ sent, gets: GOOD, invoked: 1 }],
  };
}

function twoAuthorizations(values: string[]): RecordedCase {
  return {
    apis: ["WebSocket"],
    where: `there are two Authorization headers, ${JSON.stringify(values)}`,
    calls: [{ sent: { headers: { Authorization: values } }, gets: "400 of the load balancer", invoked: 0 }],
  };
}
