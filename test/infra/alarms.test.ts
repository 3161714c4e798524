import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { complaintsOfAws } from "../../tools/validate/aws.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { packageService, type Packaged } from "./packaged.ts";

const PATH = "dist/alarms.json";

/** What the stack of this project has where it has everything. */
let own: Packaged;
let apart: Template;
beforeAll(async () => {
  apart = JSON.parse(readFileSync(PATH, "utf8")) as Template;
  own = await packageService("revocations=with-logout", "ALARM_REFUSED_PERCENT=50");
});
afterAll(() => own.remove());

/** An alarm without what each stack calls it and its parts. */
function nameless({ properties }: { readonly properties: object }): unknown {
  const { AlarmName, AlarmDescription, ...rest } = properties as Readonly<Record<string, unknown>>;
  const text = JSON.stringify({ name: AlarmName, description: AlarmDescription, rest })
    .replaceAll("auth0-authorizer-dev-", "PREFIX-")
    .replaceAll("${AuthorizerLambdaFunction}-", "PREFIX-")
    .replaceAll("${AlarmRefusedPercent}", "50")
    .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, "$1")
    .replaceAll('{"Ref":"AlarmRefusedPercent"}', '"50"')
    .replaceAll('{"Fn::GetAtt":["RevocationDeadLetters","QueueName"]}', '{"Ref":"RevocationDeadLetters"}');
  return JSON.parse(text) as unknown;
}

describe("the alarms as a stack of their own", () => {
  test("have no finding by AWS's rules, and fit into one call", () => {
    expect(complaintsOfAws([PATH]).get(PATH)).toEqual([]);
    expect(readFileSync(PATH).length).toBeLessThan(51_200);
  });

  test("are those of this project's own stack", () => {
    const alarms = (template: Template): unknown =>
      Object.fromEntries(
        getResources(template, "AWS::CloudWatch::Alarm").map((alarm) => [alarm.name, nameless(alarm)]),
      );
    expect(alarms(apart)).toEqual(alarms(own.template));
    expect(getResources(apart, "AWS::CloudWatch::Alarm")).toHaveLength(19);
  });

  test("are all in the guide, with what to do", () => {
    const names = getResources(apart, "AWS::CloudWatch::Alarm").map(({ properties }) =>
      JSON.stringify(properties["AlarmName"]).replace(/^.*?\}-(.*)"\}$/, "`$1`"),
    );
    const [, table = ""] = /\n## Alarms\n([^]*)/.exec(readFileSync("docs/monitoring.md", "utf8")) ?? [];
    expect(names.filter((name) => !table.includes(name))).toEqual([]);
  });

  test("have a parameter for each thing that they watch, and nothing of Serverless", () => {
    const text = JSON.stringify(apart);
    expect(text).not.toMatch(/\$\{(self|sls|param|file)[:}]/);
    const known = [...Object.keys(apart.Parameters ?? {}), ...Object.keys(apart.Resources)];
    const used = Array.from(text.matchAll(/"Ref":"(\w+)"|\$\{(\w+)\}/g), ([, ref, sub]) => ref ?? sub);
    expect(new Set(used)).toEqual(new Set(used.filter((name) => known.includes(name ?? ""))));
  });

  test.each([
    ["RevocationLookupFailuresAlarm", "HasRevocationTable"],
    ["RevocationThrottlesAlarm", "HasRevocationTable"],
    ["RevocationDeadLettersAlarm", "HasRevokeOnEvent"],
    ["RevocationSilenceAlarm", "HasEventBus"],
    ["BackChannelLogoutAlarm", "HasBackChannelLogout"],
    ["ErrorsAlarm", "CountsEveryDecision"],
    ["KeysUnavailableAlarm", undefined],
  ])("have %s only where there is what it watches", (name, condition) => {
    expect(apart.Resources[name]).toMatchObject(condition === undefined ? {} : { Condition: condition });
    if (condition === undefined) expect(apart.Resources[name]).not.toHaveProperty("Condition");
    else expect(apart.Conditions).toHaveProperty(condition);
  });
});
