import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { decodeJwt } from "jose";
import { execFile } from "node:child_process";
import { API_IDENTIFIER, applications, users } from "../../local/tenant/directory.ts";
import { startLocalTenant } from "../../local/tenant/tenant.ts";
import type { Tenant } from "../../local/tenant/tenant.ts";

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const COMMAND = ["--import", "tsx", "local/token.ts"];

let tenant: Tenant;

beforeAll(async () => {
  tenant = await startLocalTenant();
});

afterAll(() => tenant.close());

function run(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...COMMAND, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

async function tokenOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("--issuer", tenant.issuer, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^[\w.-]+\n$/);
  return stdout.trim();
}

describe("the token command", () => {
  it("prints an access token of the first user, and nothing else", async () => {
    const claims = decodeJwt(await tokenOf());
    expect(claims.aud).toContain(API_IDENTIFIER);
    expect(claims.sub).toBe(users.verified.sub);
  });

  it("prints the ID token of a chosen user and application", async () => {
    const claims = decodeJwt(
      await tokenOf("--user", users.unverified.email, "--app", "mobile", "--type", "id"),
    );
    expect(claims).toMatchObject({ aud: applications.mobile.clientId, email: users.unverified.email });
  });

  it("prints a machine's access token", async () => {
    const claims = decodeJwt(await tokenOf("--app", "machine"));
    expect(claims.sub).toBe(`${applications.machine.clientId}@clients`);
  });

  it("prints an opaque access token", async () => {
    expect(await tokenOf("--type", "opaque")).not.toContain(".");
  });

  it("finds the tenant without the slash at the end of its issuer", async () => {
    const { code } = await run("--issuer", tenant.issuer.slice(0, -1));
    expect(code).toBe(0);
  });

  it("explains itself", async () => {
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    expect(stdout).toContain(users.verified.email);
  });

  it.each([
    ["a tenant that does not run", ["--issuer", "http://localhost:1/"], "npm start"],
    ["an unknown user", ["--user", "nobody@example.com"], "--user is one of verified@example.com"],
    ["an unknown application", ["--app", "constructor"], "--app is one of spa"],
    ["an unknown type", ["--type", "magic"], "--type is one of id"],
    ["an ID token of a machine", ["--app", "machine", "--type", "id"], "--type access"],
    ["an unknown option", ["--wat"], "--help"],
    ["an API that does not exist", ["--audience", "https://elsewhere.example/"], "Service not found"],
  ])("says on stderr what to do about %s", async (_what, args, hint) => {
    const { code, stdout, stderr } = await run("--issuer", tenant.issuer, ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(hint);
  });
});
