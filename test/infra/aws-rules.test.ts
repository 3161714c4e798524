import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { complaintsOfAws } from "../../tools/validate/aws.ts";
import { packageService, WITH_EVERYTHING, WITH_REVOCATIONS } from "./packaged.ts";

/** What is wrong with each template by AWS's rules; of all in one file, because to load the rules takes seconds. */
let complaints: Readonly<Record<string, readonly string[] | undefined>>;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aws-rules-"));
  const services = [["deploy=whoami"], WITH_REVOCATIONS, WITH_EVERYTHING];
  const packaged = await Promise.all(services.map((params) => packageService(...params)));
  const [whoami = "", revocations = "", everything = ""] = packaged.map(({ templatePath }) => templatePath);
  const paths = {
    whoami,
    revocations,
    everything,
    planted: write("planted.json", plantMistake(readFileSync(whoami, "utf8"))),
    sam: "infra/sam/template.yml",
    alarms: "dist/alarms.json",
    uploaded: write("uploaded.json", upload(readFileSync("dist/revocations.json", "utf8"))),
  };
  const found = complaintsOfAws(Object.values(paths));
  complaints = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, found.get(path)]));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Adds a property that does not exist. */
function plantMistake(text: string): string {
  const template = JSON.parse(text) as { Resources: { Auth0LogGroup: { Properties: object } } };
  Object.assign(template.Resources.Auth0LogGroup.Properties, { RetentionDays: 30 });
  return JSON.stringify(template);
}

/** The nested stack of revocations as `sam package` leaves it: with its code in a bucket. */
function upload(text: string): string {
  const from = '"Code":"revocation-writers.zip"';
  return JSON.stringify(JSON.parse(text)).replaceAll(from, '"Code":{"S3Bucket":"bucket","S3Key":"key"}');
}

test.each([
  ["the authorizer with an API", "whoami"],
  ["a stack with revocations", "revocations"],
  ["a stack with all that there is", "everything"],
  ["the SAM template, as far as they know SAM", "sam"],
  ["the alarms as a separate stack", "alarms"],
  ["the stack of revocations, which SAM nests, once its code is in a bucket", "uploaded"],
])("AWS's rules find nothing in %s", (_, name) => {
  expect(complaints[name]).toEqual([]);
});

test("AWS's rules find a property that does not exist", () => {
  expect(complaints["planted"]?.join("\n")).toMatch(/Auth0LogGroup .*RetentionDays/);
});

test("the code of the nested stack is in the package, for both its functions", () => {
  expect(readFileSync(join(folder, "uploaded.json"), "utf8").match(/"S3Key"/g)).toHaveLength(2);
  expect(existsSync("dist/revocation-writers.zip")).toBe(true);
});
