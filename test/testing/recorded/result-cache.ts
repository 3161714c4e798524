import {
  allow,
  answer,
  deny,
  REST,
  throwUnauthorized,
  type RecordedCall,
  type RecordedCase,
} from "./recorded-case.ts";

const GOOD = "the Lambda's answer";
const NARROW = allow({}, "this route");

const THREE_SOURCES = {
  ttlSeconds: 60,
  identitySources: ["$request.header.Authorization", "$request.querystring.tenant", "$context.routeKey"],
};
const FIRST: RecordedCall = { sent: { to: "/a?tenant=one" }, gets: GOOD, invoked: 1 };

/** What was kept, under which key, and what became of it on another route. */
export const KEPT: readonly RecordedCase[] = [
  kept("REST TOKEN", "the second call has the same token", [{ gets: GOOD, invoked: 0 }]),
  kept("REST TOKEN", "the policy is for one method and path", [
    { authorizer: NARROW, gets: GOOD, invoked: 1 },
    { gets: GOOD, invoked: 0 },
    { sent: { method: "POST" }, gets: "403 without a match", invoked: 0 },
    { sent: { to: "/b" }, gets: "403 without a match", invoked: 0 },
  ]),
  kept("REST TOKEN", "the policy is for the stage", [
    { sent: { method: "POST" }, gets: GOOD, invoked: 0 },
    { sent: { to: "/b" }, gets: GOOD, invoked: 0 },
  ]),
  kept("REST TOKEN", "a Deny is kept", [
    { authorizer: deny, gets: "403 of a Deny", invoked: 1 },
    { gets: "403 of a Deny", invoked: 0 },
  ]),
  kept("REST TOKEN", "a thrown `Unauthorized` is not kept", [
    { authorizer: throwUnauthorized, gets: "401", invoked: 1 },
    { authorizer: throwUnauthorized, gets: "401", invoked: 1 },
  ]),
  kept("REST TOKEN", "a malformed answer is not kept", [
    { authorizer: answer({ principalId: "caller" }), gets: "500", invoked: 1 },
    { authorizer: answer({ principalId: "caller" }), gets: "500", invoked: 1 },
  ]),
  ...REST.map((api): RecordedCase => {
    const context = { json: '{"a":"b"}' };
    const behind = { ...context, principalId: "caller" };
    return {
      apis: [api],
      where: "quotes come from the cache",
      setup: { ttlSeconds: 300 },
      calls: [
        { authorizer: allow(context), gets: GOOD, invoked: 1, behind },
        { gets: GOOD, invoked: 0, behind },
      ],
    };
  }),
  kept("REST REQUEST", "what is no source changes", [
    { sent: { to: "/a?tenant=one&other=2" }, gets: GOOD, invoked: 0 },
    { sent: { method: "POST" }, gets: GOOD, invoked: 0 },
    { sent: { to: "/item/7?tenant=one" }, gets: GOOD, invoked: 0 },
  ]),
  kept("REST REQUEST", "what is a source changes", [
    { sent: { headers: { "X-Auth": "allow-2" } }, gets: GOOD, invoked: 1 },
    { sent: { to: "/a?tenant=two" }, gets: GOOD, invoked: 1 },
  ]),

  kept("HTTP simple", "an answer counts for every route", [
    { authorizer: allow({ json: '{"a":"b"}' }), gets: GOOD, invoked: 1 },
    { authorizer: deny, gets: GOOD, invoked: 0, behind: { lambda: { json: '{"a":"b"}' } } },
    { authorizer: deny, sent: { to: "/b" }, gets: GOOD, invoked: 0 },
    {
      authorizer: deny,
      sent: { to: "/b", headers: { Authorization: "B" } },
      gets: "403 of a Deny",
      invoked: 1,
    },
  ]),
  kept("HTTP simple", "a refusal is kept", [
    { authorizer: deny, gets: "403 of a Deny", invoked: 1 },
    { gets: "403 of a Deny", invoked: 0 },
  ]),
  kept("HTTP 2.0", "a policy is for one route", [
    { authorizer: NARROW, gets: GOOD, invoked: 1 },
    { sent: { to: "/b" }, gets: "403 without a match", invoked: 0 },
    { gets: GOOD, invoked: 0 },
  ]),
  {
    apis: ["HTTP simple"],
    where: "its time is over",
    setup: { ttlSeconds: 2 },
    calls: [
      { gets: GOOD, invoked: 1 },
      { after: 3, gets: GOOD, invoked: 1 },
    ],
  },

  threeSources(
    "the same request comes again",
    [FIRST, FIRST].map((call) => ({ ...call, invoked: 0 })),
  ),
  threeSources("the route is another", [{ sent: { to: "/b?tenant=one" }, gets: GOOD, invoked: 1 }]),
  threeSources("the tenant is another", [{ sent: { to: "/a?tenant=two" }, gets: GOOD, invoked: 1 }]),
  threeSources("the tenant is missing", [{ sent: { to: "/a" }, gets: "401", invoked: 0 }]),
  threeSources("the tenant is empty", [{ sent: { to: "/a?tenant=" }, gets: GOOD, invoked: 1 }]),
  threeSources("the tenant's name is in another case", [
    { sent: { to: "/a?Tenant=one" }, gets: "401", invoked: 0 },
  ]),
  threeSources("the tenant comes twice", [
    { sent: { to: "/a?tenant=one&tenant=two" }, gets: GOOD, invoked: 1 },
    { sent: { to: "/a?tenant=two" }, gets: GOOD, invoked: 1 },
  ]),
  threeSources("the header's name is in another case", [
    { sent: { to: "/a?tenant=one", headers: { aUtHoRiZaTiOn: "allow-1" } }, gets: GOOD, invoked: 0 },
  ]),

  {
    apis: ["WebSocket"],
    where: "the same identity connects again: nothing is kept",
    calls: [
      { gets: GOOD, invoked: 1 },
      { gets: GOOD, invoked: 1 },
      { authorizer: deny, gets: "403 of a Deny", invoked: 1 },
    ],
  },
];

/** An authorizer with one source, and calls after a good one unless they begin anew. */
function kept(
  api: RecordedCase["apis"][number],
  where: string,
  calls: readonly RecordedCall[],
): RecordedCase {
  const beginsAnew = calls[0]?.authorizer !== undefined;
  const all = beginsAnew ? calls : [{ gets: GOOD, invoked: 1 } as const, ...calls];
  return { apis: [api], where, setup: { ttlSeconds: 60 }, calls: all };
}

function threeSources(where: string, calls: readonly RecordedCall[]): RecordedCase {
  return {
    apis: ["HTTP 2.0"],
    where: `of three sources, ${where}`,
    setup: THREE_SOURCES,
    calls: [FIRST, ...calls],
  };
}
