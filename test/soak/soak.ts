/**
 * Requests at a steady rate against one authorizer and a real tenant on the loopback interface, a tenth of them
 * garbage with an issuer and a key ID that nobody has seen before; meanwhile keys rotate, are revoked, and the
 * tenant fails for a while of every minute. Ends with 1 where the heap grew by more than 5 MB or one answer was
 * wrong.
 *
 *     tsx test/soak/soak.ts --minutes 10 --rate 1000
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { startFakeTenant, type FakeTenant, type User } from "../../src/testing/tenant.ts";

const MOST_GROWTH_BYTES = 5_000_000;
const TICK_MS = 10;
const KINDS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;

interface Request {
  readonly token: string;
  /** Whom the answer must name; nobody where the token is garbage. */
  readonly user?: User;
}

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, rate: { type: "string", default: "1000" } },
});
const durationMs = Number(values.minutes) * 60_000;
const rate = Number(values.rate);
if (!(durationMs > 0 && rate > 0)) throw new Error("--minutes and --rate must be positive numbers");

const tenant = await startFakeTenant();
const authorize = createAuthorizer({ ...tenant.settings, jwksMaxAgeSeconds: 40 }, { write: () => undefined });
const wrong = new Map<string, number>();
let users: readonly Request[] = signUsers(tenant);
let answered = 0;

const forceGc = garbageCollector();
const startedAt = performance.now();
const warmUpMs = Math.min(60_000, durationMs / 3);
const weather = troubleEveryMinute();
await load(startedAt + warmUpMs);
const heapBefore = heapUsed();
await load(startedAt + durationMs);
const growth = heapUsed() - heapBefore;
clearInterval(weather);
await tenant.close();

const wrongAnswers = [...wrong.values()].reduce((sum, count) => sum + count, 0);
const seconds = (performance.now() - startedAt) / 1000;
console.log(
  `${answered} requests in ${seconds.toFixed(0)} s (${(answered / seconds).toFixed(0)}/s), ` +
    `wrong answers: ${wrongAnswers}, heap growth: ${(growth / 1e6).toFixed(2)} MB, JWKS fetches: ${tenant.fetches}`,
);
for (const [what, count] of wrong) console.error(`wrong, ${count} times: ${what}`);
process.exitCode = wrongAnswers > 0 || growth > MOST_GROWTH_BYTES ? 1 : 0;

/** Sends what is due every few milliseconds, and makes up for a late tick. */
async function load(until: number): Promise<void> {
  const open = new Set<Promise<void>>();
  const begunAt = performance.now();
  let sent = 0;
  while (performance.now() < until) {
    for (; sent < ((performance.now() - begunAt) / 1000) * rate; sent += 1) {
      const request = send(sent).finally(() => open.delete(request));
      open.add(request);
    }
    await sleep(TICK_MS);
  }
  await Promise.all(open);
}

async function send(index: number): Promise<void> {
  const request = index % 10 === 0 ? garbage(index % 20 === 0) : users[index % users.length];
  const kind = KINDS[index % KINDS.length] ?? "rest-token";
  if (request === undefined) throw new Error("no users");
  let answer: unknown;
  try {
    answer = await authorize(bearerEvent(kind, request.token));
  } catch (error) {
    answer = error;
  }
  answered += 1;
  const wrongAnswer = findWrongAnswer(request, answer);
  if (wrongAnswer !== undefined) wrong.set(wrongAnswer, (wrong.get(wrongAnswer) ?? 0) + 1);
}

/** What is wrong with an answer. Whether a key exists cannot be told while the tenant fails. */
function findWrongAnswer({ user }: Request, answer: unknown): string | undefined {
  const message = answer instanceof Error ? answer.message : JSON.stringify(answer);
  if (user !== undefined) {
    const { principalId, context } = answer as { principalId?: string; context?: { email?: string } };
    const isRight = principalId === user.sub && context?.email === user.email && message.includes('"Allow"');
    return isRight ? undefined : `a valid token got ${message}`;
  }
  return /^Unauthorized$|^keys_unavailable/.test(message) ? undefined : `garbage got ${message}`;
}

function signUsers(tenant: FakeTenant): readonly Request[] {
  return Array.from({ length: 50 }, (_, index) => {
    const user = { sub: `auth0|${index}`, email: `user-${index}@example.com`, email_verified: true };
    return { user, token: index % 2 === 0 ? tenant.idToken({ user }) : tenant.accessToken({ user }) };
  });
}

/** A token of a stranger, or of the tenant but with a key ID that does not exist. */
function garbage(ofStranger: boolean): Request {
  const unique = randomBytes(16).toString("hex");
  const now = Math.floor(Date.now() / 1000);
  const iss = ofStranger ? `https://${unique}.example/` : tenant.issuer;
  const claims = { iss, sub: unique, aud: tenant.settings.clientIds[0], iat: now, exp: now + 3600 };
  const parts = [{ alg: "RS256", typ: "JWT", kid: unique }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  return { token: [...parts, randomBytes(256).toString("base64url")].join(".") };
}

/** In each minute: the published key comes into use, an old one is revoked, and for ten seconds nothing works. */
function troubleEveryMinute(): NodeJS.Timeout {
  let second = 0;
  return setInterval(() => {
    second = (second + 1) % 60;
    if (second === 20) tenant.fail(503);
    if (second === 30) tenant.fail();
    if (second !== 45) return;
    tenant.rotate();
    users = signUsers(tenant);
    tenant.publishedKeys = tenant.publishedKeys.slice(-3);
  }, 1000);
}

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

function heapUsed(): number {
  forceGc();
  forceGc();
  return process.memoryUsage().heapUsed;
}
