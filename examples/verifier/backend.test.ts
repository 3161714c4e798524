import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, expect, it } from "@jest/globals";
import { tenantOfTests } from "./tenant.ts";

const tenant = await tenantOfTests();
const { backend } = await import("./backend.ts");
const server = backend().listen(0, "127.0.0.1");
await once(server, "listening");
afterAll(() => {
  server.close();
  return tenant.close();
});

async function orders(headers: Record<string, string>): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/orders`, { headers });
  return `${response.status} ${await response.text()}`;
}

it("knows whose token it is", async () => {
  const authorization = `Bearer ${tenant.accessToken()}`;
  expect(await orders({ authorization })).toBe("200 orders of auth0|alice");
});

it("believes no header that merely names a user", async () => {
  expect(await orders({ "x-user": "auth0|alice" })).toBe("401 ");
});

it("refuses a machine that the API does not allow", async () => {
  const token = tenant.accessToken({ claims: { gty: "client-credentials" } });
  expect(await orders({ authorization: `Bearer ${token}` })).toBe("403 ");
});
