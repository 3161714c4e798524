import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { readZip } from "../../src/deploy/package/read-zip.ts";

/** A function as it is deployed. */
export interface Deployed {
  /** The path of its code. */
  readonly zip: string;
  /** Such as `authorizer.handler`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the function answered: a policy, or the message of the error that it threw. */
export type Answer = { readonly answer: Readonly<Record<string, unknown>> } | { readonly error: string };

const RUN = `
const [file, name] = process.argv[2].split(".");
const handler = require(process.cwd() + "/" + file + ".cjs")[name];
const once = (event) => handler(event, {}).then((answer) => ({ answer }), (error) => ({ error: error.message }));
// On a busy machine the tenant may not answer in time.
const ask = async (event) => {
  let answer = await once(event);
  for (let tries = 0; tries < 100 && /^keys_unavailable/.test(answer.error); tries++) {
    await new Promise((done) => setTimeout(done, 1000));
    answer = await once(event);
  }
  return answer;
};
(async () => {
  const answers = [];
  for (const event of JSON.parse(require("node:fs").readFileSync("events.json", "utf8"))) answers.push(await ask(event));
  require("node:fs").writeFileSync("answers.json", JSON.stringify(answers));
})();
`;

/** Unpacks the function's code into a folder and calls its handler there, in a process with its environment alone. */
export async function askFunction(
  folder: string,
  { zip, handler, environment }: Deployed,
  events: readonly unknown[],
): Promise<Answer[]> {
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of readZip(readFileSync(zip))) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "run.cjs"), RUN);
  writeFileSync(join(folder, "events.json"), JSON.stringify(events));
  await promisify(execFile)(process.execPath, ["run.cjs", handler], { cwd: folder, env: environment });
  return JSON.parse(readFileSync(join(folder, "answers.json"), "utf8")) as Answer[];
}
