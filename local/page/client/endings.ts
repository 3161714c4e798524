import { borrow, callApi, control, openStage, setClockAhead, type Result } from "./calls.ts";
import { scene, type Case, type Scene, type Situation } from "./cases.ts";
import type { PageConfig, TokenUse } from "./trace.ts";

/** What the tenant does to a user, and what its page says of that. */
interface Ending extends Omit<Case, "play"> {
  /** As the tenant calls it. */
  readonly action: string;
  /** How a sentence goes on: "refused 0.4 s after Lea was blocked". */
  readonly done: string;
  /** Whether the user cannot sign in afterwards, at least not as before. */
  readonly keepsOut: boolean;
  /** Where only one kind of token ends. */
  readonly use?: TokenUse;
}

/** When the next call was refused, in seconds after it happened. */
interface Refused {
  readonly result: Result;
  readonly seconds: number;
  /** So much of it by a clock that was moved. */
  readonly movedSeconds: number;
}

const ENDINGS: readonly Ending[] = [
  {
    id: "block",
    label: "Block",
    about: "an Event Stream says user.updated, blocked",
    action: "block",
    done: "Lea was blocked",
    keepsOut: true,
  },
  {
    id: "delete",
    label: "Delete",
    about: "an Event Stream says user.deleted",
    action: "delete",
    done: "Lea was deleted",
    keepsOut: true,
  },
  {
    id: "password",
    label: "Change password",
    about: "the log stream says scp",
    action: "change-password",
    done: "Lea’s password was changed",
    keepsOut: true,
  },
  {
    id: "logout",
    label: "Log out everywhere",
    about: "a logout token for each session; ends ID tokens, which name theirs",
    action: "logout-everywhere",
    done: "Lea was logged out",
    keepsOut: false,
    use: "id",
  },
];

const WHOAMI = "/whoami";
/** The gateway's cache: off, a minute, and API Gateway's default for REST APIs. */
const TTL_SECONDS = [0, 60, 300];
/** The clock is moved to so long before the cached answer ends, and from there on in steps. */
const MARGIN_SECONDS = 5;
const STEP_SECONDS = 0.5;
const POLL_MS = 50;
/** Beyond what is promised: then something is wrong. */
const PATIENCE_SECONDS = 10;

/** The demonstrations of revocations. All of them are about Lea, and leave her as she was. */
export const ENDING_CASES: readonly Case[] = ENDINGS.map((ending) => ({
  ...ending,
  play: (situation) => play(ending, situation),
}));

async function play(ending: Ending, situation: Situation): Promise<readonly Scene[]> {
  const { config, gateway } = situation;
  const use = ending.use ?? situation.use;
  const token = await borrow("leaving", use);
  const ttls = gateway === "websocket" ? [0] : TTL_SECONDS;
  const stages = await Promise.all(ttls.map((ttlSeconds) => openStage({ ttlSeconds })));
  const [uncached = ""] = stages;
  const before = await Promise.all(
    stages.map((stage) => scene(situation, "Before: Lea calls.", { stage, token })),
  );
  try {
    await tenantDoes(ending.action, config);
    const since = performance.now();
    const refused: Scene[] = [];
    for (const [index, stage] of stages.entries()) {
      const ttlSeconds = ttls[index] ?? 0;
      const found = await untilRefused(situation, { stage, token, ttlSeconds, since });
      refused.push({ about: inWords(found, ttlSeconds, ending, situation), result: found.result });
    }
    const about = "Meanwhile you, with your own token: other users who are signed in notice nothing.";
    const other = await scene(situation, about, { stage: uncached, token: situation.token });
    const again = ending.keepsOut ? `${await signInAgain(use)} Then that was undone. ` : "";
    await tenantDoes("restore", config);
    // A token issued in the second of a revocation is refused too: `iat` has whole seconds.
    await wait(1000 - (Date.now() % 1000));
    const later = await scene(situation, `${again}Lea signed in once more: the new token is good.`, {
      stage: uncached,
      token: await borrow("leaving", use),
    });
    return [...before.slice(0, 1), ...refused, other, later];
  } finally {
    await tenantDoes("restore", config);
  }
}

function tenantDoes(action: string, { issuer, revocations }: PageConfig): Promise<void> {
  return control(issuer, `users/${action}?email=${encodeURIComponent(revocations?.leaving.email ?? "")}`);
}

/** What became of a sign-in while it was not allowed. */
async function signInAgain(use: TokenUse): Promise<string> {
  try {
    await borrow("leaving", use);
  } catch (error) {
    const [, why = ""] = /: (.*)$/s.exec((error as Error).message.replace(/^\S+: /, ": ")) ?? [];
    return `Lea could not sign in: “${why}”.`;
  }
  throw new Error("Lea could sign in all the same.");
}

/** Calls until the answer is no, with a cache by a clock that is moved ahead. */
async function untilRefused(
  { gateway }: Situation,
  call: {
    readonly stage: string;
    readonly token: string;
    readonly ttlSeconds: number;
    readonly since: number;
  },
): Promise<Refused> {
  const { stage, token, ttlSeconds, since } = call;
  const limit = ttlSeconds + PATIENCE_SECONDS;
  let movedSeconds = Math.max(0, ttlSeconds - MARGIN_SECONDS);
  for (;;) {
    await setClockAhead(stage, movedSeconds);
    const result = await callApi({ stage, gateway, token, path: WHOAMI });
    const seconds = (performance.now() - since) / 1000 + movedSeconds;
    if (result.trace.status >= 400) return { result, seconds, movedSeconds };
    if (seconds > limit) throw new Error(`after ${Math.round(seconds)} s the token was still accepted.`);
    if (ttlSeconds === 0) await wait(POLL_MS);
    else movedSeconds += STEP_SECONDS;
  }
}

function inWords(
  { seconds, movedSeconds }: Refused,
  ttlSeconds: number,
  { done }: Ending,
  { gateway }: Situation,
): string {
  const cache =
    gateway === "websocket"
      ? "A new WebSocket"
      : ttlSeconds === 0
        ? "With no cache"
        : `With a cache of ${ttlSeconds} s`;
  const moved =
    movedSeconds === 0 ? "" : ` The stage’s clock was moved ahead by ${movedSeconds} s: no one waited.`;
  return `${cache}: refused ${seconds.toFixed(1)} s after ${done}. Promised: ${ttlSeconds} s and the time of a call.${moved}`;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
