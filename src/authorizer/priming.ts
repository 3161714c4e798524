import { createHandler } from "./create-authorizer.ts";
import { createLog } from "./decision-log.ts";
import type { Settings } from "../settings/settings.ts";

const ISSUER = "https://priming.invalid/";
const CLIENT_ID = "priming";
/** When the token was issued, in milliseconds since the epoch. */
const NOW = 1767225600000;

/** A public key whose private half was thrown away once it had signed {@link TOKEN}. */
const JWK = {
  kty: "RSA",
  kid: "priming",
  alg: "RS256",
  use: "sig",
  e: "AQAB",
  n: "zlGyoviRu2pFhWgcYKTWTmOtCO-NQpEM7cKTX6cluZb9YcrDiOmj1Dx7MGR-eOJCiohGJfIaglDaqGkxir5GO82Pzlh2UFojAJFuZxtfJuF8TRw2lKuwQl7LK3Jh2dFwnhPntHxRVBli3nlCHMV1ZzufdKBy_njyb_jvmpr_EWQxSjBLiH3Wpp8l_6rOdc4m8IfPbrhwBYNBylq3-BBO-Kg5Nmw7EZY0l5gX0wpQSSzs756XtafBxe84ZsgirqvgY28zBFnvbgH4y9Rq8CY4FRIzit2W53NdDctX43TSFPdyJYY1hA5S3hw0lwoOqTk16XK6BQRReOHIVmQhB1aP1Q",
};

/**
 * An ID token of {@link ISSUER}, a name that can never exist (RFC 6761 §6.4), for {@link CLIENT_ID}. Elsewhere it is
 * worth nothing: to the function's own users it is a token of an unknown issuer.
 */
export const TOKEN =
  "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InByaW1pbmcifQ.eyJpc3MiOiJodHRwczovL3ByaW1pbmcuaW52YWxpZC8iLCJhdWQiOiJwcmltaW5nIiwic3ViIjoiYXV0aDB8cHJpbWluZyIsImVtYWlsIjoicHJpbWluZ0BwcmltaW5nLmludmFsaWQiLCJlbWFpbF92ZXJpZmllZCI6dHJ1ZSwic2lkIjoicHJpbWluZyIsImlhdCI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjYxNjAwfQ.FmSIonH2wcRxei5YnpgBiadltKrQ6YkrJu2mTJTzBcH7rdQIQpZh_6vDj4UKrrYXY9VaisQv6Xf_iJStpjEj-uMm7VnVV4AfiPVEY2fpJ9nZC78Lxu3kXPDXG9BY08GJicq7zoGZyl6ckBAg3ylVcYf2M8rWP_EfUaNiuGRQjjZKOPRK0GiiY17j8NbbKbuTNvEkpYs5jbL38O4boWR2YXNh0oD5bL1iymv9WCukukIDBTvV9vtVYS8Y0vE1-iJpyH23sTyWx1toDWUM_L1EyQWjW9gCHuLRPAm7J9MzuLer0Q3hOvsZkta_p32L2HEGm7of9t9eGTbnFmMpjVJ1lQ";

const EVENT = {
  version: "2.0",
  type: "REQUEST",
  routeArn: "arn:aws:execute-api:eu-central-1:123456789012:priming/$default/GET/",
  identitySource: [`Bearer ${TOKEN}`],
  headers: { authorization: `Bearer ${TOKEN}` },
  requestContext: { requestId: "priming" },
};

/**
 * Takes one made-up request through the whole path, so that everything a first call compiles and imports is loaded
 * before the first request: a Lambda function starts with whole processors, and answers with a share of one.
 *
 * It shares nothing with the function's own requests: an authorizer of its own, with one key and a clock that stands
 * still, which fetches nothing, reads no revocations and writes no line.
 *
 * @param settings the function's own, whose rules it goes through
 * @throws Error where the path is broken
 */
export async function prime(settings: Settings): Promise<void> {
  const clock = (): number => NOW;
  const primed: Settings = {
    ...settings,
    domain: [ISSUER],
    clientIds: [CLIENT_ID],
    issuedAfter: undefined,
    routePermissions: {},
    shared: false,
    revocationTable: undefined,
    jwksSnapshotMaxAgeSeconds: 3600,
  };
  const log = createLog(primed, { functionName: "priming", clock, write: () => undefined });
  const authorize = createHandler(primed, log, {
    clock,
    snapshots: new Map([[ISSUER, { jwks: { keys: [JWK] }, takenAt: NOW }]]),
    fetch: () => Promise.reject(new Error("nothing is fetched")),
  });
  await authorize(EVENT);
}
