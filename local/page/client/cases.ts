import { borrow, callApi, control, openStage, type Result } from "./calls.ts";
import { decode, tampered } from "./token.ts";
import type { Gateway, PageConfig, TokenUse } from "./trace.ts";

/** What the visitor has chosen, and who they are. */
export interface Situation {
  readonly config: PageConfig;
  readonly gateway: Gateway;
  readonly use: TokenUse;
  readonly token: string;
}

/** One call of a demonstration, with the sentence that tells what is special about it. */
export interface Scene {
  readonly about: string;
  readonly result: Result;
}

export interface Case {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  readonly play: (situation: Situation) => Promise<readonly Scene[]>;
}

const WHOAMI = "/whoami";
const HOUR = 3600;

export const CASES: readonly Case[] = [
  { id: "expired", label: "Expired", about: "your token, an hour after its end", play: expired },
  { id: "foreign", label: "Other application", about: "an ID token of another team’s app", play: foreign },
  {
    id: "unverified",
    label: "Unverified email",
    about: "Uwe, who never confirmed his address",
    play: unverified,
  },
  { id: "machine", label: "Machine", about: "a nightly job with its own token", play: machine },
  {
    id: "hs256",
    label: "HS256",
    about: "an ID token of an application that was never switched",
    play: hs256,
  },
  { id: "tampered", label: "Tampered", about: "your token, with another sub written into it", play: forged },
  { id: "rotated", label: "Rotated key", about: "the tenant signs with its next key", play: rotated },
  { id: "revoked", label: "Revoked key", about: "the tenant withdraws a key", play: revoked },
  { id: "down", label: "Tenant down", about: "no one can fetch its keys", play: tenantDown },
  { id: "cached", label: "Second route", about: "with the answer that the gateway kept", play: secondRoute },
];

export async function scene(
  { gateway }: Situation,
  about: string,
  { stage, token, path = WHOAMI }: { stage: string; token: string; path?: string },
): Promise<Scene> {
  return { about, result: await callApi({ stage, gateway, token, path }) };
}

async function expired(situation: Situation): Promise<readonly Scene[]> {
  const { token } = situation;
  const end = Number(decode(token)?.claims["exp"]);
  const stage = await openStage({ clockAheadSeconds: Math.ceil(end - Date.now() / 1000) + HOUR });
  return [
    await scene(situation, "The clock of gateway and authorizer is set to an hour after the token’s end.", {
      stage,
      token,
    }),
  ];
}

async function foreign(situation: Situation): Promise<readonly Scene[]> {
  const [stage, token] = await Promise.all([openStage(), borrow("foreign", "id")]);
  return [
    await scene(
      situation,
      "Vera signed in to another team’s application of the same tenant. Its ID token is genuine, but not for us.",
      { stage, token },
    ),
  ];
}

async function unverified(situation: Situation): Promise<readonly Scene[]> {
  const [stage, token] = await Promise.all([openStage(), borrow("unverified", situation.use)]);
  return [
    await scene(situation, "Anyone can sign up with any address. Until it is verified, it proves nothing.", {
      stage,
      token,
    }),
  ];
}

async function machine(situation: Situation): Promise<readonly Scene[]> {
  const [stage, token] = await Promise.all([openStage(), borrow("machine", "access")]);
  return [
    await scene(situation, "A client-credentials token: it is valid, but there is no person behind it.", {
      stage,
      token,
    }),
  ];
}

async function hs256(situation: Situation): Promise<readonly Scene[]> {
  const [stage, token] = await Promise.all([openStage(), borrow("hs256", "id")]);
  return [
    await scene(
      situation,
      "An old application of ours signs its ID tokens with HS256, a secret with which everyone who checks them can also sign.",
      { stage, token },
    ),
  ];
}

async function forged(situation: Situation): Promise<readonly Scene[]> {
  const [stage, token] = [await openStage(), tampered(situation.token)];
  return [await scene(situation, "The page changed one claim and kept the signature.", { stage, token })];
}

async function rotated(situation: Situation): Promise<readonly Scene[]> {
  const { config, use } = situation;
  const stage = await openStage();
  const before = await scene(situation, "Before: this container fetches the keys.", {
    stage,
    token: await borrow("verified", use),
  });
  await control(config.issuer, "keys/rotate");
  const token = await borrow("verified", use);
  return [
    before,
    await scene(
      situation,
      "After: a new token, signed with the next key. The tenant had published it ahead, so no one waits.",
      { stage, token },
    ),
  ];
}

async function revoked(situation: Situation): Promise<readonly Scene[]> {
  const { config, use } = situation;
  await control(config.issuer, "keys/rotate");
  const token = await borrow("verified", use);
  const stage = await openStage();
  const before = await scene(situation, "Before: the key is good.", { stage, token });
  await control(config.issuer, "keys/rotate");
  await control(config.issuer, `keys/revoke?kid=${encodeURIComponent(String(decode(token)?.header["kid"]))}`);
  const { ttlSeconds, jwksMaxAgeSeconds } = config;
  const limits = `up to ${jwksMaxAgeSeconds / 60} minutes here, and ${ttlSeconds / 60} in the gateway’s cache`;
  return [
    before,
    await scene(situation, `Right after: a container that has the keys still accepts it, ${limits}.`, {
      stage,
      token,
    }),
    await scene(situation, "Then, or in a container that has fetched the keys since: it is rejected.", {
      stage: await openStage(),
      token,
    }),
  ];
}

async function tenantDown(situation: Situation): Promise<readonly Scene[]> {
  const { config, use } = situation;
  const stage = await openStage();
  const [first, second] = await Promise.all([borrow("verified", use), borrow("verified", use)]);
  const before = await scene(situation, "Before: this container fetches the keys.", { stage, token: first });
  await control(config.issuer, "down");
  try {
    return [
      before,
      await scene(
        situation,
        "Down: a container that has the keys goes on as if nothing had happened, also for a token that it never saw.",
        { stage, token: second },
      ),
      await scene(
        situation,
        "Down, in a container that never had them: it says so. It calls no token wrong, and no gateway keeps this answer.",
        { stage: await openStage(), token: second },
      ),
    ];
  } finally {
    await control(config.issuer, "up");
  }
}

async function secondRoute(situation: Situation): Promise<readonly Scene[]> {
  const { token, gateway } = situation;
  const stage = await openStage();
  const first = await scene(situation, "The first route: the gateway asks the authorizer.", { stage, token });
  const about =
    gateway === "websocket"
      ? "Once more: answers to WebSockets are never kept, so the authorizer is asked again."
      : "Another route: the gateway kept the answer, which holds for the whole stage. The authorizer is not asked.";
  return [first, await scene(situation, about, { stage, token, path: "/messages/7" })];
}
