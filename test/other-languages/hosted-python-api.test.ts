import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
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

if (!hasPython()) throw new Error("python3 is not on this machine: install it, and run this again");

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

      test("knows the caller's e-mail and roles", async () => {
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

    test("is not reached without a token, or by a user whose e-mail is not verified", async () => {
      const unverified = `Authorization: Bearer ${await tokenOf("id", "unverified")}`;
      const forged = "X-User-Email: verified@example.com";
      const statuses = [
        await curl(`${python[api]}/me`, forged),
        await curl(`${python[api]}/me`, unverified, forged),
      ].map(({ status }) => status);
      expect(statuses).toEqual([401, 403]);
    });
  });

  test("turns away whoever comes around the gateway", async () => {
    const forged = ["X-User-Sub: mallory", "X-User-Email: mallory@example.com", "X-User-Roles: admin"];
    expect((await curl(`${python.backend}/me`, ...forged)).status).toBe(403);
    expect((await curl(`${python.backend}/me`, ...forged, "X-Gateway-Secret: guess")).status).toBe(403);
  });

  test("leaves no address and no role in the authorizer's log", () => {
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.join("")).not.toMatch(/verified@example\.com|editor/);
  });
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

  test.each(["rest", "http"] as const)("behind a %s API knows the e-mail and the roles", async (kind) => {
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
