import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, describe, expect, it } from "@jest/globals";
import { assertFree, readOptions, USAGE, type StartOptions } from "../../local/options.ts";
import { freePorts } from "../../local/ports.ts";

function issues(...args: string[]): string[] {
  try {
    readOptions(args);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n").slice(0, -1);
  }
}

describe("npm start's options", () => {
  it("leave serverless-offline's own ports to a service beside it", () => {
    const ports = Object.values<number>({ ...readOptions([])?.ports });
    expect(ports).toHaveLength(5);
    expect(ports.filter((port) => [3000, 3001, 3002].includes(port))).toEqual([]);
  });

  it("choose a port for each part, the smallest and the largest too", () => {
    const args = "--page-port 1 --tenant-port=65535 --http-port 5 --websocket-port 6 --lambda-port 7".split(
      " ",
    );
    expect(readOptions(args)?.ports).toEqual({ page: 1, tenant: 65_535, http: 5, webSocket: 6, lambda: 7 });
  });

  it("build and say little, unless told otherwise", () => {
    expect(readOptions([])).toMatchObject({ build: true, verbose: false });
    expect(readOptions(["--no-build", "--verbose"])).toMatchObject({ build: false, verbose: true });
  });

  it("are all in the text that --help prints", () => {
    expect(readOptions(["--help"])).toBeUndefined();
    for (const flag of ["page", "tenant", "http", "websocket", "lambda"])
      expect(USAGE).toContain(`--${flag}-port`);
  });

  it.each(["abc", "0", "65536", "-1", "4000.5", ""])("refuse %j as a port", (port) => {
    expect(issues(`--http-port=${port}`)).toEqual([
      `--http-port is a number from 1 to 65535, not ${JSON.stringify(port)}.`,
    ]);
  });

  it("refuse a port that was left out", () => {
    expect(issues("--http-port")).toEqual(["--http-port is a number from 1 to 65535, and it was left out."]);
  });

  it("refuse one port for two parts, a default too", () => {
    expect(issues("--page-port", "4000")).toEqual([
      "--page-port and --tenant-port are both 4000. Each needs its own port.",
    ]);
  });

  it("refuse what they do not know, and name what may have been meant", () => {
    expect(issues("--bogus", "1")).toEqual(["npm start has no option --bogus."]);
    expect(issues("--pageport", "4444")).toEqual([
      "npm start has no option --pageport. Did you mean --page-port?",
    ]);
  });

  it("refuse a value that npm has cut off from its option", () => {
    expect(issues("4444")).toEqual([
      "4444 is not an option. Options follow a --, as in: npm start -- --page-port 4002",
    ]);
  });

  it("tell of all issues at once", () => {
    expect(issues("--bogus", "--http-port", "x", "--verbose=1")).toHaveLength(3);
  });
});

describe("ports that are taken", () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  async function take(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  async function fivePorts(): Promise<StartOptions["ports"]> {
    return { ...(await freePorts()), page: (await freePorts()).http };
  }

  it("are named all at once, with their options and ports that are free", async () => {
    const ports = { ...(await fivePorts()), tenant: await take(), http: await take() };
    await expect(assertFree(ports)).rejects.toThrow(
      new RegExp(
        `^Port ${ports.tenant} \\(the tenant\\) is taken: --tenant-port\nPort ${ports.http} \\(.*\\) is taken: --http-port\n.* npm start -- --tenant-port \\d+ --http-port \\d+$`,
      ),
    );
  });

  it("are empty where all are free", async () => {
    await expect(assertFree(await fivePorts())).resolves.toBeUndefined();
  });
});
