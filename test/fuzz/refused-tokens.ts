/**
 * Refuses 50,000 tokens, each with an issuer of its own of 4 kB, and prints what that left on the heap, in bytes.
 * Run by `memory.test.ts` in a process of its own, with `--expose-gc`.
 */
import { bearerEvent } from "../../src/testing/events.ts";
import { createSigningKey, signJwt } from "../../src/testing/signing-key.ts";
import { base64url, HEADER, ID_TOKEN, NOW } from "../tokens.ts";
import { lastReason, underTest, verdictOf } from "../authorizer-harness.ts";

const TOKENS = Number(process.argv[2]);

const key = createSigningKey({ kid: "key-1" });
const user = { ...ID_TOKEN, email: "alice@example.com", email_verified: true };
const api = underTest([key]);
const good = bearerEvent("http-2.0", signJwt(HEADER, user, key));
const header = base64url(JSON.stringify(HEADER));

function refusedToken(serial: number): string {
  const iss = `https://${String(serial).padStart(4000, "x")}.example/`;
  return `${header}.${base64url(JSON.stringify({ iss, aud: "WebApp", sub: "x", iat: NOW, exp: NOW + 60 }))}.AAAA`;
}

async function refuse(from: number, count: number): Promise<void> {
  for (let serial = from; serial < from + count; serial++) {
    api.lines.length = 0;
    const { allowed } = await verdictOf(api.authorize, bearerEvent("http-2.0", refusedToken(serial)));
    if (allowed || lastReason(api) !== "unknown_issuer") throw new Error("not refused for its issuer");
  }
}

async function heap(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

if (!(await verdictOf(api.authorize, good)).allowed) throw new Error("the valid token was refused");
await refuse(0, 2000);
const before = await heap();
await refuse(2000, TOKENS);
const after = await heap();
if (!(await verdictOf(api.authorize, good)).allowed)
  throw new Error("the valid token was refused afterwards");
console.log(after - before);
