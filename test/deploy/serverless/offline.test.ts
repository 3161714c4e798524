import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { freePorts, type Ports } from "../../../local/ports.ts";
import { startLocalTenant, type Tenant } from "../../../local/tenant/tenant.ts";
import { createConsumer, type Consumer } from "../../examples/consumer.ts";
import { packNpmPackage } from "../../tools/npm-package.ts";

const EXAMPLE = readFileSync("examples/plugin/serverless.yml", "utf8");
const AUDIENCES = "    audiences: https://api.acme.com/\n";

let consumer: Consumer;
let tenant: Tenant;
let ports: Ports;
beforeAll(async () => {
  ports = await freePorts();
  tenant = await startLocalTenant({ port: ports.tenant });
  consumer = await createConsumer("plugin", await packNpmPackage());
});
afterAll(async () => {
  await Promise.all([consumer.remove(), tenant.close()]);
});

function start(serverlessYml: string): Promise<void> {
  writeFileSync(join(consumer.folder, "serverless.yml"), serverlessYml);
  return consumer.start(ports.webSocket, [
    `--httpPort=${ports.http}`,
    `--websocketPort=${ports.webSocket}`,
    `--lambdaPort=${ports.lambda}`,
    `--param=OFFLINE_TENANT=${tenant.issuer}`,
    "--localEnvironment",
  ]);
}

test("a misspelt setting is refused beside offlineTenant, as when the service is packaged", async () => {
  const misspelt = EXAMPLE.replace(AUDIENCES, `${AUDIENCES}    emailDomain: acme.com\n`);
  await expect(start(misspelt)).rejects.toThrow("emailDomain is not a setting. Did you mean emailDomains?");
});

test("a value that is known only at deployment is named", async () => {
  const imported = "    organizations: [{ Fn::ImportValue: acme-organization }]\n";
  await expect(start(EXAMPLE.replace(AUDIENCES, `${AUDIENCES}${imported}`))).rejects.toThrow(
    "auth0: organizations is known only at deployment",
  );
});

test("a service that takes access tokens only takes no ID token, whatever the shell has", async () => {
  process.env["AUTH0_CLIENT_IDS"] = tenant.applications.spa.clientId;
  await start(EXAMPLE.replace(AUDIENCES, `${AUDIENCES}    clientIds: \${param:CLIENT_IDS, ""}\n`));
  const ask = async (type: string): Promise<number> => {
    const issued = await fetch(`${tenant.issuer}_local/token?type=${type}`, { method: "POST" });
    const headers = { authorization: `Bearer ${await issued.text()}` };
    return (await fetch(`http://localhost:${ports.http}/http/hello`, { headers })).status;
  };
  expect(await ask("access")).toBe(200);
  expect(await ask("id")).toBe(401);
});
