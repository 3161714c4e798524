import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { prime, TOKEN } from "../src/authorizer/priming.ts";
import { settingsFrom, type Settings } from "../src/settings/settings.ts";
import { bearerEvent, startFakeTenant, type FakeTenant } from "../src/testing/index.ts";
import { GATEWAYS } from "./fuzz/fixtures.ts";

const REQUIRED: Partial<Settings> = { domain: ["acme.eu.auth0.com"], clientIds: ["WebApp"] };
const IN_LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: "authorizer" };

describe("priming goes through the whole path", () => {
  test.each<[string, Partial<Settings>]>([
    ["ID tokens alone", {}],
    ["access tokens alone", { clientIds: [], audiences: ["https://api.acme.com/"], emailClaim: "email" }],
    ["no log", { logLevel: "silent" }],
    ["every line of the log", { logLevel: "debug" }],
    ["simple responses", { httpApiResponse: "simple" }],
    ["a Deny for a token that is not valid", { httpApiUnauthorized: "403" }],
    ["rules that its token breaks", { organizations: ["org_1"], emailDomains: ["acme.com"] }],
    ["claims that its token lacks", { contextClaims: { plan: "https://acme.com/plan" } }],
    ["no snapshots", { jwksSnapshotMaxAgeSeconds: 0 }],
    ["keys that are old after a second", { jwksMaxAgeSeconds: 1, jwksStaleIfErrorSeconds: 0 }],
    ["no tolerance", { clockToleranceSeconds: 0 }],
    ["a table of revocations", { revocationTable: "revocations" }],
  ])("with %s", async (_, options) => {
    await expect(prime(settingsFrom({ ...REQUIRED, ...options }))).resolves.toBeUndefined();
  });
});

interface Line {
  readonly event: string;
  readonly level: string;
  readonly reason?: string;
  readonly detail?: string;
}

describe("a function that starts", () => {
  let folder: string;
  let tenant: FakeTenant;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "priming-"));
    copyFileSync("dist/authorizer.cjs", join(folder, "authorizer.cjs"));
    tenant = await startFakeTenant();
  });
  afterAll(async () => {
    await tenant.close();
    rmSync(folder, { recursive: true });
  });

  interface Life {
    readonly answers: readonly unknown[];
    readonly lines: readonly Line[];
    readonly fetches: number;
  }

  /** Starts the function, and calls it once everything that the start began has ended. */
  const live = async (
    environment: Readonly<Record<string, string>>,
    events: readonly unknown[] = [],
    code = readFileSync("dist/authorizer.main.cjs", "utf8"),
  ): Promise<Life> => {
    writeFileSync(join(folder, "authorizer.main.cjs"), code);
    const script = `
      const { handler } = require("./authorizer.cjs");
      process.once("beforeExit", async () => {
        const answers = [];
        for (const event of ${JSON.stringify(events)})
          answers.push(await handler(event).catch(({ message }) => message));
        require("node:fs").writeFileSync("answers.json", JSON.stringify(answers));
      });`;
    const { domain, clientIds } = tenant.settings;
    const before = tenant.fetches;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], {
      cwd: folder,
      env: { AUTH0_DOMAIN: domain.join(), AUTH0_CLIENT_IDS: clientIds.join(), ...environment },
    });
    return {
      answers: JSON.parse(readFileSync(join(folder, "answers.json"), "utf8")) as unknown[],
      lines: stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line),
      fetches: tenant.fetches - before,
    };
  };

  test.each([
    ["primed", IN_LAMBDA],
    ["not primed", {}],
  ])("writes no line, counts nothing and fetches the keys once: %s", async (_, environment) => {
    const event = bearerEvent("rest-request", tenant.idToken());
    const { lines, fetches } = await live(environment, [event]);
    expect(lines.map(({ event }) => event)).toEqual(["decision"]);
    expect(fetches).toBe(1);
    expect((await live(environment)).lines).toEqual([]);
  });

  test.each(GATEWAYS)("refuses the token of its priming as one of an unknown issuer: %s", async (kind) => {
    const { answers, lines } = await live(IN_LAMBDA, [bearerEvent(kind, TOKEN)]);
    expect(answers).toEqual(["Unauthorized"]);
    expect(lines).toMatchObject([{ event: "decision", decision: "unauthorized", reason: "unknown_issuer" }]);
  });

  test("writes one warning where its priming is broken, and serves all the same", async () => {
    const code = readFileSync("dist/authorizer.main.cjs", "utf8");
    const broken = code.replaceAll(TOKEN, `${TOKEN.slice(0, -20)}${"A".repeat(20)}`);
    expect(broken).not.toBe(code);
    const event = bearerEvent("http-2.0", tenant.idToken());
    const { answers, lines } = await live(IN_LAMBDA, [event], broken);
    expect(lines).toMatchObject([
      { level: "warn", event: "priming_failed", detail: "Unauthorized" },
      { event: "decision", decision: "allow" },
    ]);
    expect(answers).toMatchObject([{ context: { sub: "auth0|alice" } }]);
  });

  test.each([
    ["under serverless-offline", { ...IN_LAMBDA, IS_OFFLINE: "true" }],
    ["outside Lambda", {}],
  ])("is not primed %s", async (_, environment) => {
    const code = readFileSync("dist/authorizer.main.cjs", "utf8").replaceAll(TOKEN, "broken");
    expect((await live(environment, [], code)).lines).toEqual([]);
    expect((await live(IN_LAMBDA, [], code)).lines).toMatchObject([{ event: "priming_failed" }]);
  });
});
