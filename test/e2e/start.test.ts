import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { hasPython } from "../../local/hosted-python.ts";
import { freePorts, isFree } from "../../local/ports.ts";

interface Started {
  readonly npm: ChildProcess;
  /** Of npm, and of the group of all that it started. */
  readonly pid: number;
  readonly pageUrl: string;
  readonly ports: readonly number[];
  readonly printed: string;
}

const running: number[] = [];
afterAll(() => {
  for (const pid of running.splice(0)) if (isGroupAlive(pid)) process.kill(-pid, "SIGKILL");
});

/** The command of the page, with ports that are free here, on what is in `dist/`. */
async function npmStart(): Promise<Started> {
  const { args, pageUrl, ports } = await commandOfTheGuide();
  const npm = spawn("npm", ["start", "--", ...args, "--no-build"], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = npm.pid ?? 0;
  running.push(pid);
  const lines: string[] = [];
  for await (const line of createInterface(npm.stdout)) {
    lines.push(line);
    if (line.includes("Ctrl-C stops everything")) break;
  }
  return { npm, pid, pageUrl, ports, printed: lines.join("\n") };
}

async function commandOfTheGuide(): Promise<{ args: string[]; pageUrl: string; ports: number[] }> {
  const line = /^npm start -- (.+)$/m.exec(readFileSync("docs/local.md", "utf8"))?.[1] ?? "";
  const [{ tenant, http, webSocket, lambda }, { http: page }] = [await freePorts(), await freePorts()];
  const ports: Readonly<Record<string, number>> = {
    4000: tenant,
    4001: page,
    4010: http,
    4011: webSocket,
    4012: lambda,
  };
  const args = line.split(" ").map((word) => String(ports[word] ?? word));
  return { args, pageUrl: `http://localhost:${page}`, ports: Object.values(ports) };
}

function isGroupAlive(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

function childOf(pid: number): number {
  return process.platform === "linux"
    ? parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"))
    : parseInt(execFileSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }));
}

/** Resolves with the ports that are still taken when no process of the group is left. */
async function portsAfterItsEnd({ pid, ports }: Started): Promise<number[]> {
  while (isGroupAlive(pid)) {
    await sleep(100);
  }
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, index) => free[index] !== true);
}

/** Ends it by a signal, and waits: the ports that are taken even then. */
async function portsAfter(signal: NodeJS.Signals, target: number, started: Started): Promise<number[]> {
  const exit = once(started.npm, "exit");
  process.kill(target, signal);
  await exit;
  return portsAfterItsEnd(started);
}

describe("npm start, as docs/local.md has it", () => {
  let started: Started;
  beforeAll(async () => {
    started = await npmStart();
  });

  test("serves the page, and prints a command that signs in and calls the API on whatever ports", async () => {
    const { pageUrl } = started;
    for (const line of [
      `See it        ${pageUrl}`,
      `Auth0.js      ${pageUrl}/auth0-js`,
      `Lock          ${pageUrl}/lock`,
    ])
      expect(started.printed).toContain(`${line}\n`);
    expect(await (await fetch(pageUrl)).text()).toContain("<title>Who is allowed, and why</title>");
    const curl = /^ {2}curl .*$/m.exec(started.printed)?.[0] ?? "";
    const { stdout } = await promisify(execFile)("bash", ["-c", curl]);
    expect(JSON.parse(stdout)).toMatchObject({ email: "verified@example.com" });
  });

  test("puts a hosted Python API behind a REST and an HTTP API, or says that there is no Python", async () => {
    const urls = Array.from(
      started.printed.matchAll(/^Python, (?:REST|HTTP) +(\S+)$/gm),
      ([, url = ""]) => url,
    );
    if (!hasPython()) {
      expect(urls).toEqual([]);
      expect(started.printed).toContain("examples/hosted-python-api needs python3");
      return;
    }
    const token = /\$\((.*?)\)/.exec(started.printed)?.[1] ?? "";
    expect(urls).toHaveLength(2);
    for (const url of urls) {
      const forged = `-H "X-User-Email: mallory@example.com"`;
      const curl = `curl -s -H "Authorization: Bearer $(${token})" ${forged} ${url}`;
      const { stdout } = await promisify(execFile)("bash", ["-c", curl]);
      expect(JSON.parse(stdout)).toMatchObject({
        email: "verified@example.com",
        roles: ["member", "editor"],
      });
    }
  });

  test("says what your service needs: the tenant's settings, and ports that are free", async () => {
    const { printed, ports } = started;
    for (const setting of ["DOMAIN", "CLIENT_IDS", "AUDIENCES", "EMAIL_CLAIM"])
      expect(printed).toMatch(new RegExp(`^ {2}AUTH0_${setting}=\\S+$`, "m"));
    const options = /serverless offline --httpPort (\d+) --websocketPort (\d+) --lambdaPort (\d+)$/m.exec(
      printed,
    );
    const free = (options ?? []).slice(1).map(Number);
    expect(await Promise.all(free.map(isFree))).toEqual([true, true, true]);
    expect(ports.filter((port) => free.includes(port))).toEqual([]);
  });

  test("leaves no process and no port after SIGTERM to npm", async () => {
    expect(await portsAfter("SIGTERM", started.pid, started)).toEqual([]);
  });
});

describe("it leaves no process and no port either after", () => {
  test.each([
    ["SIGINT to npm", "SIGINT", (pid: number) => pid],
    ["SIGTERM to npm's child", "SIGTERM", childOf],
    ["SIGTERM to all at once", "SIGTERM", (pid: number) => -pid],
    ["Ctrl-C, which is SIGINT to all at once", "SIGINT", (pid: number) => -pid],
  ] as const)("%s", async (_, signal, target) => {
    const started = await npmStart();
    expect(await portsAfter(signal, target(started.pid), started)).toEqual([]);
  });

  test("SIGTERM to npm while everything starts", async () => {
    const { args, ports } = await commandOfTheGuide();
    const npm = spawn("npm", ["start", "--", ...args, "--no-build"], { detached: true });
    const pid = npm.pid ?? 0;
    running.push(pid);
    let printed = "";
    for (const output of [npm.stdout, npm.stderr])
      output.setEncoding("utf8").on("data", (text: string) => (printed += text));
    const tenant = ports[1] ?? 0;
    while (!(await answers(tenant))) {
      if (npm.exitCode !== null) throw new Error(`npm start ended by itself: ${printed}`);
      await sleep(20);
    }
    process.kill(pid, "SIGTERM");
    expect(await portsAfterItsEnd({ npm, pid, ports, pageUrl: "", printed })).toEqual([]);
  });
});

/** Whether somebody listens on a port. It is called, not taken: a start that found it taken would give up. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "localhost", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
    socket.setTimeout(1000, () => {
      socket.destroy();
      resolve(false);
    });
  });
}
