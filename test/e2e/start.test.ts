import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, expect, jest, test } from "@jest/globals";
import { freePorts } from "../../infra/local/stack.ts";

jest.setTimeout(90_000);

let started: ChildProcess | undefined;
afterAll(() => {
  started?.kill("SIGKILL");
});

/** The command of the page, with ports that are free here. */
async function startCommand(): Promise<{ readonly args: string[]; readonly pageUrl: string }> {
  const line = /^npm start -- (.+)$/m.exec(readFileSync("docs/local.md", "utf8"))?.[1] ?? "";
  const [{ tenant, http, webSocket, lambda }, { http: page }] = [await freePorts(), await freePorts()];
  const ports: Readonly<Record<string, number>> = {
    4000: tenant,
    4001: page,
    3000: http,
    3001: webSocket,
    3002: lambda,
  };
  const args = line.split(" ").map((word) => String(ports[word] ?? word));
  return { args, pageUrl: `http://localhost:${page}` };
}

test("npm start, as docs/local.md has it, serves the page until it is told to stop", async () => {
  const { args, pageUrl } = await startCommand();
  started = spawn(process.execPath, ["--import", "tsx", "infra/local/start.ts", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const printed: string[] = [];
  for await (const line of createInterface(started.stdout as NodeJS.ReadableStream)) {
    printed.push(line);
    if (line.includes("Ctrl-C stops everything")) break;
  }
  expect(printed.join("\n")).toContain(`See it        ${pageUrl}`);
  expect(await (await fetch(pageUrl)).text()).toContain("<title>Who gets in, and why</title>");
  started.kill("SIGTERM");
  expect(await once(started, "exit")).toEqual([0, null]);
  await expect(fetch(pageUrl)).rejects.toThrow();
});
