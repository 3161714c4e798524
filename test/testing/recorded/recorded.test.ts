import { describe, expect, it } from "@jest/globals";
import { ANSWERED } from "./answers.ts";
import { SENT } from "./identity-sources.ts";
import { APIS, type Api, type RecordedCall, type RecordedCase } from "./recorded-case.ts";
import { KEPT } from "./result-cache.ts";
import { ANSWERS } from "./setups.ts";
import { Stage, type Outcome } from "./stage.ts";

describe.each(APIS)("as %s was recorded,", (api) => {
  const rows = (cases: readonly RecordedCase[]) => cases.filter(({ apis }) => apis.includes(api));

  it.each(rows([...ANSWERED, ...SENT, ...KEPT]))("it answers where $where", async ({ setup, calls }) => {
    const stage = new Stage(api, setup);
    for (const call of calls) expectRecorded(api, call, await stage.call(call));
  });
});

function expectRecorded(api: Api, call: RecordedCall, outcome: Outcome): void {
  expect({ gets: outcome.status, invoked: outcome.invoked }).toEqual({
    gets: ANSWERS[api][call.gets]?.status ?? 200,
    invoked: call.invoked,
  });
  if (call.gets !== "the Lambda's answer") expectRefusal(api, call, outcome);
  if (call.behind !== undefined) expectBehind(api, call, outcome);
}

function expectRefusal(api: Api, { gets }: RecordedCall, outcome: Outcome): void {
  const recorded = ANSWERS[api][gets];
  const { body } = outcome;
  expect(recorded).toBeDefined();
  expect(outcome.bytes).toBe(recorded?.bytes);
  expect(outcome.headers).toMatchObject({
    ...recorded?.headers,
    "content-length": String(recorded?.bytes),
    ...(gets !== "400 of the load balancer" && { [requestIdHeader(api)]: expect.any(String) as unknown }),
  });
  for (const name of absentHeaders(api)) expect(outcome.headers).not.toHaveProperty(name);
  if (recorded?.body !== undefined) expect(withoutIds(body)).toBe(recorded.body);
}

/** How long the authorizer took is told on REST and WebSocket APIs, and is 0 where it was not asked. */
function expectBehind(api: Api, call: RecordedCall, { behind }: Outcome): void {
  if (api.startsWith("HTTP")) {
    expect(behind).toEqual(call.behind);
    return;
  }
  const { integrationLatency, ...rest } = behind ?? {};
  expect(rest).toEqual(call.behind);
  expect(integrationLatency).toEqual(call.invoked === 0 ? 0 : expect.any(Number));
}

function absentHeaders(api: Api): readonly string[] {
  const everywhere = ["www-authenticate", "x-amzn-trace-id"];
  return api.startsWith("REST") ? everywhere : [...everywhere, "x-amzn-errortype", "x-amzn-requestid"];
}

function requestIdHeader(api: Api): string {
  return api.startsWith("HTTP") ? "apigw-requestid" : "x-amz-apigw-id";
}

function withoutIds(body: string): string {
  return body.replace(/("(?:connectionId|requestId)":)"[^"]+"/g, '$1"…"');
}
