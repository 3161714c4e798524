import { beforeAll, describe, expect, test } from "@jest/globals";
import { getResources, type NamedResource } from "../../src/deploy/lint/cloudformation.ts";
import { createAuthorizer, type Dependencies } from "../../src/authorizer/create-authorizer.ts";
import type { Settings } from "../../src/settings/settings.ts";
import {
  bearerEvent,
  startRevocationTable,
  startFakeTenant,
  type FakeTenant,
} from "../../src/testing/index.ts";
import { packageService, type Packaged } from "./packaged.ts";

const FUNCTION = { Ref: "Auth0LambdaFunction" };

let packaged: Packaged;
let emitted: readonly Emitted[];
beforeAll(async () => {
  packaged = await packageService("revocations=on");
  emitted = await emittedMetrics();
});

/** A metric as CloudWatch would keep it: its name, and the names and values of its dimensions. */
interface Emitted {
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
}

interface CallOptions {
  readonly kind: "rest-request" | "http-2.0";
  readonly identitySource?: readonly string[];
}

/** What the authorizer counts when it accepts, refuses a caller, refuses a token, cannot decide, and has a snapshot. */
async function emittedMetrics(): Promise<Emitted[]> {
  const lines: string[] = [];
  const tenant = await startFakeTenant();
  const dependencies = { functionName: "auth", write: (line: string): void => void lines.push(line) };
  try {
    const call = async (token: string, { kind, ...changes }: CallOptions = { kind: "rest-request" }) => {
      const event = { ...bearerEvent(kind, token), ...changes };
      await createAuthorizer(tenant.settings, dependencies)(event).catch(() => undefined);
    };
    const unverified = tenant.idToken({ claims: { email_verified: false } });
    for (const token of [tenant.idToken(), tenant.accessToken(), unverified, "not.a.token"])
      await call(token);
    await call(tenant.idToken(), { kind: "http-2.0", identitySource: ["a session, and no token"] });
    await callWithTable(tenant, dependencies);
    tenant.fail(503);
    await call(tenant.idToken());
    const snapshots = new Map([
      [tenant.issuer, { jwks: { keys: [] }, takenAt: Date.now() - 6 * 86_400_000 }],
    ]);
    createAuthorizer(tenant.settings, { ...dependencies, snapshots });
  } finally {
    await tenant.close();
  }
  return lines.flatMap((line) => metricsOf(JSON.parse(line) as MetricLine));
}

/** Once with an answer of the table, and once without one, each way. */
async function callWithTable(tenant: FakeTenant, dependencies: Dependencies): Promise<void> {
  const table = await startRevocationTable();
  const event = bearerEvent("rest-request", tenant.idToken());
  const call = (settings: Partial<Settings>): Promise<unknown> =>
    createAuthorizer(
      { ...tenant.settings, ...table.settings, ...settings },
      { ...dependencies, env: table.environment },
    )(event).catch(() => undefined);
  await call({});
  table.fail({ exception: "InternalServerError", status: 500 });
  await call({});
  await call({ revocationOnFailure: "allow" });
  await table.close();
}

interface MetricLine extends Readonly<Record<string, unknown>> {
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

function metricsOf(line: MetricLine): Emitted[] {
  const directives = line._aws?.CloudWatchMetrics ?? [];
  return directives.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) =>
      Dimensions.map((names) => ({
        metric: `${Namespace}/${Name}`,
        dimensions: Object.fromEntries(names.map((name) => [name, line[name]])),
      })),
    ),
  );
}

/** Without those of what writes revocations: `revocations.test.ts`. */
function alarmsOfAuthorizer(): NamedResource[] {
  const alarms = getResources(packaged.template, "AWS::CloudWatch::Alarm");
  return alarms.filter(({ name }) => !/RevokeOnEvent|DeadLetters|WriteFailures|NotUnderstood/.test(name));
}

interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}

interface AlarmMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly Dimension[];
}

/** What an alarm watches: one metric, or those of its expression. */
function watched(alarm: Readonly<Record<string, unknown>>): AlarmMetric[] {
  const queries = (alarm["Metrics"] ?? []) as { readonly MetricStat?: { readonly Metric: AlarmMetric } }[];
  const metrics = queries.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
  return queries.length > 0 ? metrics : [alarm as unknown as AlarmMetric];
}

function named(dimensions: readonly Dimension[]): Record<string, unknown> {
  return Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));
}

describe("the alarms", () => {
  const alarms = (): Record<string, Readonly<Record<string, unknown>>> =>
    Object.fromEntries(alarmsOfAuthorizer().map(({ name, properties }) => [name, properties]));

  test("are these, and each tells the topic when it begins and when it ends", () => {
    expect(Object.keys(alarms()).sort()).toEqual([
      "Auth0DurationAlarm",
      "Auth0ErrorsAlarm",
      "Auth0IdentitySourceAlarm",
      "Auth0KeyFetchAlarm",
      "Auth0KeysUnavailableAlarm",
      "Auth0RefusalRateAlarm",
      "Auth0RevocationLookupFailuresAlarm",
      "Auth0RevocationThrottlesAlarm",
      "Auth0RevocationsNotCheckedAlarm",
      "Auth0RevocationsUnavailableAlarm",
      "Auth0SnapshotAgeAlarm",
      "Auth0ThrottlesAlarm",
    ]);
    for (const alarm of Object.values(alarms())) {
      const topic = [{ Ref: "Auth0AlarmTopic" }];
      expect(alarm).toMatchObject({
        AlarmActions: topic,
        OKActions: topic,
        TreatMissingData: "notBreaching",
      });
    }
  });

  test("watch nothing of ours that the authorizer does not count", () => {
    const ours = Object.values(alarms())
      .flatMap(watched)
      .filter(({ Namespace }) => Namespace === "Auth0Authorizer");
    expect(ours).toHaveLength(10);
    for (const { Namespace, MetricName, Dimensions } of ours) {
      const { function: watchedFunction, ...dimensions } = named(Dimensions);
      expect(watchedFunction).toEqual(FUNCTION);
      expect(emitted).toContainEqual({
        metric: `${Namespace}/${MetricName}`,
        dimensions: { function: "auth", ...dimensions },
      });
    }
  });

  test("watch Lambda's own metrics of the authorizer", () => {
    const lambdas = Object.values(alarms())
      .flatMap(watched)
      .filter(({ Namespace }) => Namespace === "AWS/Lambda");
    expect(lambdas.map(({ MetricName }) => MetricName).sort()).toEqual([
      "Duration",
      "Invocations",
      "Invocations",
      "Throttles",
    ]);
    for (const { Dimensions } of lambdas) expect(named(Dimensions)).toEqual({ FunctionName: FUNCTION });
  });

  test("use in an expression only what they name", () => {
    for (const { Metrics = [] } of Object.values(alarms())) {
      const queries = Metrics as { readonly Id: string; readonly Expression?: string }[];
      const ids = queries.map(({ Id }) => Id);
      for (const { Expression = "" } of queries) {
        for (const [word] of Expression.matchAll(/[a-z]\w*/g)) expect(ids).toContain(word);
      }
    }
  });

  test("reach an email address only where one is given", async () => {
    expect(packaged.template.Resources).not.toHaveProperty("Auth0AlarmEmailSubscription");
    const withEmail = await packageService("ALARM_EMAIL=team@example.com", "ALARM_REFUSED_PERCENT=20");
    expect(withEmail.template).toMatchObject({
      Resources: {
        Auth0AlarmEmailSubscription: { Properties: { Protocol: "email", Endpoint: "team@example.com" } },
        Auth0RefusalRateAlarm: { Properties: { Threshold: 20 } },
      },
    });
  });

  test("do not miss accepted calls where these are not counted", async () => {
    const quiet = await packageService("AUTHORIZER_LOG_LEVEL=warn");
    expect(packaged.template.Resources).toHaveProperty("Auth0ErrorsAlarm");
    expect(quiet.template.Resources).not.toHaveProperty("Auth0ErrorsAlarm");
  });
});

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: string[];
  };
}

describe("the dashboard", () => {
  let widgets: readonly Widget[];
  beforeAll(() => {
    const body = packaged.template.Resources["Auth0Dashboard"]?.Properties?.["DashboardBody"];
    ({ widgets } = JSON.parse((body as { "Fn::Sub": string })["Fn::Sub"]) as { widgets: readonly Widget[] });
  });

  test("shows every alarm", () => {
    const [{ properties } = { properties: undefined }] = widgets;
    const shown = (properties?.alarms ?? []).map((arn) => arn.slice("${".length, -".Arn}".length));
    const alarms = alarmsOfAuthorizer()
      .map(({ name }) => name)
      .filter((name) => name !== "Auth0RevocationThrottlesAlarm");
    expect(shown.sort()).toEqual(alarms.sort());
  });

  test("shows what the authorizer counts", () => {
    const counted = new Set(
      emitted.map(({ metric, dimensions }) => schemaOf(metric, Object.keys(dimensions))),
    );
    const shown = widgets.flatMap(({ properties }) => properties.metrics ?? []).flatMap(schemas);
    const ours = shown.filter((schema) => schema.startsWith("Auth0Authorizer"));
    expect(ours).toHaveLength(4);
    for (const schema of ours) expect(counted).toContain(schema);
  });

  test("puts no widget on another", () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

function schemaOf(metric: string, dimensions: readonly string[]): string {
  return [metric, ...[...dimensions].sort()].join(" ");
}

/** The name and the dimensions of one line of a widget: of a metric, or of a search for metrics. */
function schemas([first, ...line]: readonly unknown[]): string[] {
  if (typeof first === "object") {
    const { expression } = first as { readonly expression: string };
    const [, names = ""] = /\{([^}]*)\}/.exec(expression) ?? [];
    const [searched = "", ...dimensions] = names.split(",");
    const [, metric = ""] = /MetricName="(\w+)"/.exec(expression) ?? [];
    return [schemaOf(`${searched}/${metric}`, dimensions)];
  }
  // "..." repeats the line above it.
  if (first === "...") return [];
  const [namespace = "", metric = "", ...rest] = [first, ...line].filter((word) => typeof word === "string");
  const dimensions = rest.filter((_, index) => index % 2 === 0);
  return [schemaOf(`${namespace}/${metric}`, dimensions)];
}
