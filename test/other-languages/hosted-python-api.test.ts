import { execFile, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import {
  hasPython,
  HOSTED_PYTHON_SETTINGS,
  startHostedPython,
  type HostedPython,
} from "../../local/hosted-python.ts";
import { freePorts } from "../../local/ports.ts";
import { signIn } from "../../local/sign-in.ts";
import { settingsFor } from "../../local/stack.ts";
import { API_IDENTIFIER, users } from "../../local/tenant/directory.ts";
import { startLocalTenant, type Tenant } from "../../local/tenant/tenant.ts";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { httpApi, restApi, type Lambda } from "../../src/testing/index.ts";
import { blocks } from "../docs/guides.ts";

if (!hasPython()) throw new Error("python3 is not on this machine: install it, and run this again");

const EXAMPLE = "examples/hosted-python-api";
const SECRET = "only-the-gateway-knows";
const VERA = { subject: users.verified.sub, email: users.verified.email, roles: ["member", "editor"] };

let tenant: Tenant;
const lines: string[] = [];
beforeAll(async () => {
  tenant = await startLocalTenant({ port: (await freePorts()).tenant });
});
afterAll(() => tenant.close());

async function tokenOf(type: "id" | "access", user: keyof typeof users = "verified"): Promise<string> {
  const { clientId, redirectUris } = tenant.applications.spa;
  const { email, password } = tenant.users[user];
  const forApi = type === "access" ? { audience: API_IDENTIFIER } : {};
  const request = { issuer: tenant.issuer, clientId, redirectUri: redirectUris[0] ?? "", email, password };
  const tokens = await signIn({ ...request, ...forApi });
  return type === "id" ? tokens.id_token : tokens.access_token;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function curl(url: string, ...headers: readonly string[]): Promise<Answer> {
  const options = headers.flatMap((header) => ["-H", header]);
  const { stdout } = await promisify(execFile)("curl", ["-s", "-w", "\n%{http_code}", ...options, url]);
  const [body = "", status] = stdout.split("\n");
  return { status: Number(status), body: JSON.parse(body) as unknown };
}

describe("the hosted Python application", () => {
  let python: HostedPython;
  beforeAll(async () => {
    const write = (line: string): void => void lines.push(line);
    python = await startHostedPython({ settings: settingsFor(tenant), port: 0, write });
  });
  afterAll(() => python.stop());

  describe.each(["restApi", "httpApi"] as const)("behind the %s", (api) => {
    describe.each(["id", "access"] as const)("with an %s token", (type) => {
      let authorization: string;
      beforeAll(async () => {
        authorization = `Authorization: Bearer ${await tokenOf(type)}`;
      });

      test("knows the caller's email and roles", async () => {
        expect(await curl(`${python[api]}/me`, authorization)).toEqual({ status: 200, body: VERA });
      });

      test.each(["X-User-Email", "x-user-email", "X_User_Email", "x_user-email"])(
        "knows them beside a forged %s",
        async (name) => {
          const forged = [`${name}: mallory@example.com`, "X-User-Sub: mallory", "X_User_Roles: admin"];
          expect(await curl(`${python[api]}/me`, authorization, ...forged)).toEqual({
            status: 200,
            body: VERA,
          });
        },
      );

      test("lets an editor read reports", async () => {
        expect((await curl(`${python[api]}/reports`, authorization)).status).toBe(200);
      });
    });

    test("is not reached without a token, or by a user whose email is not verified", async () => {
      const unverified = `Authorization: Bearer ${await tokenOf("id", "unverified")}`;
      const forged = "X-User-Email: verified@example.com";
      const statuses = [
        await curl(`${python[api]}/me`, forged),
        await curl(`${python[api]}/me`, unverified, forged),
      ].map(({ status }) => status);
      expect(statuses).toEqual([401, 403]);
    });
  });

  test("rejects requests that bypass the gateway", async () => {
    const forged = ["X-User-Sub: mallory", "X-User-Email: mallory@example.com", "X-User-Roles: admin"];
    expect((await curl(`${python.backend}/me`, ...forged)).status).toBe(403);
    expect((await curl(`${python.backend}/me`, ...forged, "X-Gateway-Secret: guess")).status).toBe(403);
  });

  test("leaves no address and no role in the authorizer's log", () => {
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.join("")).not.toMatch(/verified@example\.com|editor/);
  });
});

describe("the Python application without a secret", () => {
  test.each([undefined, "", " "])("does not start with %j", async (secret) => {
    const env = { ...process.env, GATEWAY_SECRET: secret };
    const starting = promisify(execFile)("python3", ["app.py", "--port", "0"], { cwd: EXAMPLE, env });
    await expect(starting).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("GATEWAY_SECRET is not set"),
    });
  });

  const ASK = `import os, sys
from app import came_through_gateway
headers = {} if len(sys.argv) < 2 else {"HTTP_X_GATEWAY_SECRET": sys.argv[1]}
print(came_through_gateway(headers))`;

  test.each<[secret: string | undefined, header: string | undefined, came: string]>([
    ["s3cret", "s3cret", "True"],
    ["s3cret", "s3cre", "False"],
    ["s3cret", undefined, "False"],
    ["", undefined, "False"],
    ["", "", "False"],
    [" ", " ", "False"],
    [undefined, undefined, "False"],
    [undefined, "", "False"],
  ])("of %j takes the header %j: %s", async (secret, header, came) => {
    const env = { ...process.env, GATEWAY_SECRET: secret, PYTHONDONTWRITEBYTECODE: "1" };
    const args = ["-c", ASK, ...(header === undefined ? [] : [header])];
    const { stdout } = await promisify(execFile)("python3", args, { cwd: EXAMPLE, env });
    expect(stdout.trim()).toBe(came);
  });
});

/** CI installs Flask; where it is not there, the recipe is only compiled. */
const hasFlask = spawnSync("python3", ["-c", "import flask"]).status === 0;

describe("the Flask recipe, as it stands in the example's README", () => {
  const README = readFileSync(`${EXAMPLE}/README.md`, "utf8").replaceAll(/^ {2}/gm, "");
  const [recipe = ""] = blocks(README, "python");
  const [rest, http] = blocks(README, "yaml").map(
    (text) => parse(text.replaceAll("${env:GATEWAY_SECRET}", SECRET)) as Record<string, string>,
  );
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "flask-"));
    cpSync(`${EXAMPLE}/api.py`, `${folder}/api.py`);
    cpSync(`${EXAMPLE}/app.py`, `${folder}/gateway.py`);
    // Most Flask applications have this name.
    writeFileSync(`${folder}/app.py`, recipe);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is Python, and maps the secret", async () => {
    await promisify(execFile)("python3", ["-m", "py_compile", "app.py"], { cwd: folder });
    expect(Object.values(rest ?? {})).toContain(`'${SECRET}'`);
    expect(Object.values(http ?? {})).toContain(SECRET);
  });

  (hasFlask ? test : test.skip)(
    "knows the caller behind both gateways, and rejects requests that bypass them",
    async () => {
      const args = ["-m", "flask", "run", "--port", "0"];
      const env = { ...process.env, GATEWAY_SECRET: SECRET };
      const flask = spawn("python3", args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
      try {
        const uri = await addressOf(flask.stderr);
        const settings = settingsFromEnvironment({ ...settingsFor(tenant), ...HOSTED_PYTHON_SETTINGS });
        const authorizer = createAuthorizer(settings, { write: () => undefined });
        const routes = (requestParameters = {}) => ({ "ANY /{proxy+}": { uri, requestParameters } });
        const forged = { "X-User-Email": "mallory@example.com", X_User_Roles: "admin" };
        for (const api of [
          restApi({ type: "request", authorizer, routes: routes(rest) }),
          httpApi({ authorizer, routes: routes(http) }),
        ]) {
          const headers = { ...forged, Authorization: `Bearer ${await tokenOf("id")}` };
          const response = await api.fetch("/me", { headers });
          expect([response.status, await response.json()]).toEqual([200, VERA]);
        }
        expect((await fetch(`${uri}/me`, { headers: { ...forged, "X-User-Sub": "mallory" } })).status).toBe(
          403,
        );
      } finally {
        flask.kill("SIGKILL");
      }
    },
  );

  async function addressOf(output: Readable): Promise<string> {
    for await (const line of createInterface(output)) {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (address !== undefined) {
        // What it logs from now on must not fill the pipe.
        output.resume();
        return address;
      }
    }
    throw new Error("Flask did not start");
  }
});

describe("the same API as a Python Lambda", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "python-lambda-"));
    cpSync("readers/python/caller_identity.py", `${folder}/caller_identity.py`);
    for (const file of ["api.py", "lambda_function.py"]) {
      cpSync(`examples/hosted-python-api/${file}`, `${folder}/${file}`);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const SCRIPT =
    "import json, sys; from lambda_function import handler; print(json.dumps(handler(json.load(sys.stdin), None)))";

  /** Runs the handler as Lambda would: with the event as JSON, in a process of its own. */
  const lambda: Lambda = async (event) => {
    const running = promisify(execFile)("python3", ["-c", SCRIPT], { cwd: folder });
    running.child.stdin?.end(JSON.stringify(event));
    return JSON.parse((await running).stdout) as unknown;
  };

  test.each(["rest", "http"] as const)("behind a %s API knows the email and the roles", async (kind) => {
    const settings = settingsFromEnvironment({ ...settingsFor(tenant), ...HOSTED_PYTHON_SETTINGS });
    const authorizer = createAuthorizer(settings, { write: () => undefined });
    const routes = { "GET /{proxy+}": lambda };
    const api =
      kind === "rest" ? restApi({ type: "token", authorizer, routes }) : httpApi({ authorizer, routes });
    for (const type of ["id", "access"] as const) {
      const headers = {
        Authorization: `Bearer ${await tokenOf(type)}`,
        "X-User-Email": "mallory@example.com",
      };
      const response = await api.fetch("/me", { headers });
      expect([response.status, await response.json()]).toEqual([200, VERA]);
    }
  });
});
