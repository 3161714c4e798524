/** When the tests of the writers take place: 2027-01-15T08:00:00Z, in milliseconds since the epoch. */
export const NOW = 1_800_000_000_000;
/** What happened half a second before. */
export const HAPPENED_AT = new Date(NOW - 500).toISOString();

type Members = Readonly<Record<string, unknown>>;

/** An event of an Event Stream as EventBridge delivers it: Auth0's CloudEvent in `detail`. */
export function streamEvent(type: string, user: Members, cloudEvent: Members = {}): Record<string, unknown> {
  return {
    ...envelope("aws.partner/auth0.com/acme-5b1c4d2e-7d0f-4c39-9e0a-31ab51e6f1a9/auth0.events", type),
    detail: {
      id: "evt_1234567890abcdef",
      type,
      source: "urn:auth0:acme.eu",
      specversion: "1.0",
      time: HAPPENED_AT,
      data: { object: { user_id: "auth0|mallory", email: "mallory@example.com", ...user } },
      ...cloudEvent,
    },
  };
}

/** A member of an organization who leaves it. */
export function leaveEvent(
  type = "organization.member.deleted",
  entity: Members = {},
): Record<string, unknown> {
  const object = {
    organization: { id: "org_acme", name: "acme" },
    user: { user_id: "auth0|mallory" },
    ...entity,
  };
  return streamEvent(type, {}, { data: { object } });
}

/** A tenant log event as EventBridge delivers it. */
export function logEvent(type: string, data: Members = {}): Record<string, unknown> {
  return {
    ...envelope("aws.partner/auth0.com/acme-5b1c4d2e-7d0f-4c39-9e0a-31ab51e6f1a9/auth0.logs", "Auth0 log"),
    detail: {
      log_id: "90020261115080000000000000000000000001223372036854775807",
      data: {
        date: HAPPENED_AT,
        type,
        client_id: "WebApp",
        ip: "203.0.113.7",
        user_id: "auth0|mallory",
        user_name: "mallory@example.com",
        details: { session_id: "session-1" },
        ...data,
      },
    },
  };
}

function envelope(source: string, detailType: string): Record<string, unknown> {
  return {
    version: "0",
    id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": detailType,
    source,
    account: "123456789012",
    time: new Date(NOW).toISOString().replace(".000", ""),
    region: "eu-central-1",
    resources: [],
  };
}
