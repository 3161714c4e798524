import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import type { Session } from "./adapter.ts";
import type { SigningKey } from "./keys.ts";

/** Who hears what happens in the tenant, as Auth0 tells it. Nothing is sent twice: no receiver here is out of reach. */
export interface MessageReceiver {
  /** An event on an EventBridge bus: of the Event Stream, or of the log stream. */
  event(event: object): Promise<void>;
  /** A form that is posted to the back-channel logout URL of an application. */
  logoutToken(token: string): Promise<void>;
  /** Forgets what it heard of a user and of these sessions. Auth0 sends no such message. */
  restored(sub: string, sessionIds: readonly string[]): Promise<void>;
}

/** Whom a message is about. */
export interface MessageSubject {
  readonly sub: string;
  readonly email: string;
}

/** A partner event source of Auth0's, as EventBridge names it. */
const SOURCE = "aws.partner/auth0.com/local-tenant";
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
const LOGOUT_TOKEN_SECONDS = 120;

/**
 * An event of an Event Stream, a CloudEvent.
 *
 * @see https://auth0.com/docs/customize/events
 */
export function userEvent(
  type: "user.updated" | "user.deleted",
  { sub, email }: MessageSubject,
  changes: object,
): object {
  const object = { user_id: sub, email, ...changes };
  const cloudEvent = { specversion: "1.0", type, id: `evt_${randomUUID()}`, time: new Date().toISOString() };
  return onBus(type, { ...cloudEvent, data: { object } });
}

/**
 * A tenant log event of type `scp`, a changed password, as the log stream hands it on.
 *
 * @see https://auth0.com/docs/customize/log-streams
 */
export function passwordChanged({ sub, email }: MessageSubject): object {
  const log = { type: "scp", date: new Date().toISOString(), user_id: sub, user_name: email };
  return onBus("Auth0 log", { log_id: randomUUID(), data: log });
}

function onBus(detailType: string, detail: object): object {
  return { version: "0", id: randomUUID(), source: SOURCE, "detail-type": detailType, detail };
}

/** A logout token (OIDC Back-Channel Logout 1.0 §2.4), with the `typ` that Auth0 writes. */
export function logoutToken(
  { sub }: MessageSubject,
  { clientId, sessionId }: Session,
  { issuer, key }: { readonly issuer: string; readonly key: SigningKey },
): Promise<string> {
  return new SignJWT({ events: { [LOGOUT_EVENT]: {} }, sid: sessionId })
    .setProtectedHeader({ alg: key.alg, typ: "JWT", kid: key.kid })
    .setIssuer(issuer)
    .setSubject(sub)
    .setAudience(clientId)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${LOGOUT_TOKEN_SECONDS}s`)
    .sign(key);
}
