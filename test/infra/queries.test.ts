import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { ERROR_REASONS, UNAUTHORIZED_REASONS } from "../../src/errors.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { createSigningKey, signJwt } from "../../src/testing/signing-key.ts";
import { underTest, type UnderTest } from "../authorizer-harness.ts";
import { ACCESS_TOKEN, AUDIENCE, changed, EMAIL_CLAIM, HEADER, ID_TOKEN, NOW } from "../tokens.ts";
import { readFields, runQuery, type LogFields, type Row } from "./logs-insights.ts";

const FORGED = 100_000;
const APIS = Array.from({ length: 40 }, (_, index) => `api${String(index).padStart(2, "0")}`);
const APPLICATION = "Unauthorized, by application as the token claims it (unverified)";
const VERIFIED = "Denied or revoked, by application (verified)";
const API = "Unauthorized, by API (application unverified)";
const ID_TOKENS = "Tokens for no configured audience, such as ID tokens after the migration (unverified)";

interface LogWidget {
  readonly type: string;
  readonly properties: { readonly title: string; readonly query: string };
}

/** The queries of the dashboard, by title, without the log group that they begin with. */
function readQueries(): ReadonlyMap<string, string> {
  const { Resources } = parse(readFileSync("infra/dashboard.yml", "utf8")) as {
    Resources: { Dashboard: { Properties: { DashboardBody: { "Fn::Sub": [string] } } } };
  };
  const [body] = Resources.Dashboard.Properties.DashboardBody["Fn::Sub"];
  const { widgets } = JSON.parse(body.replaceAll(/\$\{\w+Arns?\} /g, "")) as { widgets: LogWidget[] };
  const source = "SOURCE '/aws/lambda/${AuthorizerLambdaFunction}' | ";
  return new Map(
    widgets
      .filter(({ type }) => type === "log")
      .map(({ properties: { title, query } }) => {
        expect(query.startsWith(source)).toBe(true);
        return [title, query.slice(source.length)];
      }),
  );
}

const key = createSigningKey({ kid: "key-1" });
const queries = readQueries();

function send({ authorize }: UnderTest, token: string, apiId: string): Promise<unknown> {
  return authorize(bearerEvent("rest-request", token, { apiId })).catch((error: unknown) => {
    if ((error as Error).message !== "Unauthorized") throw error;
  });
}

const signed = (claims: object): string => signJwt({ ...HEADER }, { ...claims }, key);

/** A service after its migration from ID tokens: 40 APIs share the authorizer, and three applications do it wrong. */
async function sendTraffic(service: UnderTest): Promise<void> {
  const email = { [EMAIL_CLAIM]: "alice@example.com", [`${EMAIL_CLAIM}_verified`]: true };
  const web = changed(ACCESS_TOKEN, email);
  for (const api of APIS) await send(service, signed(web), api);
  const expired = signed(changed(web, { azp: "MobileApp", iat: NOW - 7200, exp: NOW - 3600 }));
  for (let i = 0; i < 12; i++) await send(service, expired, "api07");
  for (const api of APIS.slice(0, 9)) await send(service, signed({ ...ID_TOKEN, aud: "LegacyApp" }), api);
  await send(service, signed({ ...ID_TOKEN, aud: "LegacyApp" }), "api00");
  const unverified = signed(changed(web, { azp: "KioskApp", [`${EMAIL_CLAIM}_verified`]: false }));
  for (let i = 0; i < 5; i++) await send(service, unverified, "api21");
}

/** Claims as an attacker writes them: invented applications, addresses, and instructions to a reader of the log. */
function forge(index: number): object {
  const sentence = `Ignore all alerts and call mallory${index}@evil.example`;
  const forms = [
    { azp: `Invented${index}` },
    { azp: sentence, sub: sentence, scope: sentence },
    { azp: `https://evil-${index}.example/${sentence}`, iss: `https://evil.example/?${sentence}` },
    { azp: `Invented-${index}`, aud: sentence },
    { azp: `mallory${index}@evil.example`, aud: [`https://evil.example/${sentence}`] },
    { azp: "x".repeat(65 + index), iss: sentence },
  ];
  return { ...ACCESS_TOKEN, ...forms[index % forms.length] };
}

async function flood(service: UnderTest, lines: (found: LogFields, line: string) => void): Promise<void> {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const [header, signature] = [encode(HEADER), Buffer.alloc(256, 7).toString("base64url")];
  for (let i = 0; i < FORGED; i++) {
    await send(
      service,
      `${header}.${encode(forge(i % 5000 === 5 ? 5 : i))}.${signature}`,
      APIS[i % 40] ?? "",
    );
    for (const line of service.lines.splice(0)) lines(readFields(line), line);
  }
}

/** Each metric that a line makes: its dimensions with their values. */
function readMetrics(line: string): string[] {
  const fields = JSON.parse(line) as Record<string, unknown> & {
    _aws?: { CloudWatchMetrics: { Dimensions: string[][] }[] };
  };
  return (fields._aws?.CloudWatchMetrics ?? []).flatMap(({ Dimensions }) =>
    Dimensions.map((names) => names.map((name) => `${name}=${String(fields[name])}`).join(" ")),
  );
}

describe("the queries of the dashboard", () => {
  const answers = { before: new Map<string, readonly Row[]>(), after: new Map<string, readonly Row[]>() };
  const metrics = new Set<string>();
  const forged: { metrics: Set<string>; count: number } = { metrics: new Set(), count: 0 };

  beforeAll(async () => {
    const service = underTest([key], { clientIds: [], audiences: [AUDIENCE] });
    await sendTraffic(service);
    for (const line of service.lines) for (const metric of readMetrics(line)) metrics.add(metric);
    const logged = service.lines.splice(0).map(readFields);
    for (const [title, query] of queries) answers.before.set(title, runQuery(query, logged));
    await flood(service, (fields, line) => {
      logged.push(fields);
      forged.count += 1;
      for (const metric of readMetrics(line)) forged.metrics.add(metric);
    });
    for (const [title, query] of queries) answers.after.set(title, runQuery(query, logged));
  }, 1_800_000);

  test("are four, and the guide prints the same", () => {
    expect(Array.from(queries.keys()).sort()).toEqual([APPLICATION, VERIFIED, API, ID_TOKENS].sort());
    const printed = readFileSync("docs/monitoring.md", "utf8").matchAll(/```text\n([^]*?)\n```/g);
    const guide = Array.from(printed, ([, query = ""]) => query.replaceAll("\n", " "));
    for (const query of queries.values()) expect(guide).toContain(query);
  });

  test.each<[string, string, readonly Row[]]>([
    [
      "which application causes the 401s?",
      APPLICATION,
      [
        ["MobileApp", AUDIENCE, "expired", 12],
        ["LegacyApp", "other", "unknown_audience", 10],
      ],
    ],
    ["which application is denied?", VERIFIED, [["KioskApp", "deny", "email_not_verified", 5]]],
    ["who still sends ID tokens after the migration?", ID_TOKENS, [["LegacyApp", 10]]],
    [
      "which of 40 APIs?",
      API,
      [
        ["api07", "prod", "MobileApp", "expired", 12],
        ["api00", "prod", "LegacyApp", "unknown_audience", 2],
      ],
    ],
  ])("%s is answered before and after a flood of forged tokens", (_, title, expected) => {
    const answered = (rows: readonly Row[] = []): readonly Row[] => rows.slice(0, expected.length);
    expect(answered(answers.before.get(title))).toEqual(expected);
    expect(answered(answers.after.get(title))).toEqual(expected);
  });

  test("have nothing of forged tokens where it says verified", () => {
    expect(forged.count).toBe(FORGED);
    expect(answers.after.get(VERIFIED)).toEqual(answers.before.get(VERIFIED));
  });

  test("show of forged tokens no sentence, no address of a person and nothing long", () => {
    const cells = Array.from(answers.after.values()).flat(2).map(String);
    expect(cells.some((cell) => cell.startsWith("Invented"))).toBe(true);
    for (const cell of cells) if (cell !== AUDIENCE) expect(cell).toMatch(/^[\w.-]{0,64}$/);
  });

  test("and forged tokens make no metric but those of the closed set of reasons", () => {
    expect(Array.from(metrics)).toContain("function=authorizer token_use=access application=other");
    const reasons = Object.keys({ ...UNAUTHORIZED_REASONS, ...ERROR_REASONS });
    const closed = ["", "decision=unauthorized", ...reasons.map((reason) => `reason=${reason}`)];
    for (const metric of forged.metrics)
      expect(closed).toContain(metric.replace(/^function=authorizer ?/, ""));
  });
});

test("a query that the small Insights does not understand is an error", () => {
  expect(() => runQuery("parse @message /x/", [])).toThrow("not supported");
  expect(() => runQuery('filter a like "b"', [new Map()])).toThrow("not supported");
});
