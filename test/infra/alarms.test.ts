import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";

const PATH = "dist/alarms.json";

let apart: Template;
beforeAll(() => {
  apart = JSON.parse(readFileSync(PATH, "utf8")) as Template;
});

describe("the alarms as a separate stack", () => {
  test("fit into one call", () => {
    expect(readFileSync(PATH).length).toBeLessThan(51_200);
  });

  test("are all there are, and a dashboard shows those of the authorizer", () => {
    expect(getResources(apart, "AWS::CloudWatch::Alarm")).toHaveLength(19);
    expect(apart.Resources["Dashboard"]).toMatchObject({ Condition: "HasDashboard" });
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
    const inSub = ["ErrorsAlarmArn", "RevocationAlarmArns"];
    const known = [...Object.keys(apart.Parameters ?? {}), ...Object.keys(apart.Resources), ...inSub];
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
