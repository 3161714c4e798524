import { PAGES, RECORDED, type Source } from "./sources.ts";

/** What is known and matters, but needs more than one stage and one call to be asked. */
export interface KnownFact {
  readonly what: string;
  readonly api: string;
  readonly sources: readonly Source[];
}

export const KNOWN_FACTS: readonly KnownFact[] = [
  {
    what: "Where a resource policy denies, the authorizer is not asked. Where it allows, it overrules an authorizer's policy without a match, but never an explicit Deny.",
    api: "REST",
    sources: [PAGES.resourcePolicies],
  },
  {
    what: "After a flush of the authorizer's cache, old answers were served for most of a minute, and then once more after the first new ones.",
    api: "REST",
    sources: [RECORDED],
  },
  {
    what: "After the cache was reset, an entry under several identity sources was still served while the others were gone.",
    api: "HTTP",
    sources: [RECORDED],
  },
  {
    what: "Several identity sources are all required, and are one key together.",
    api: "REST, HTTP, WebSocket",
    sources: [PAGES.create, PAGES.http, RECORDED],
  },
  {
    what: "With several identity sources, `identitySource` lists them in an order that changes from call to call. The cache does not mind.",
    api: "HTTP 2.0",
    sources: [RECORDED],
  },
  {
    what: "A repeated query parameter is one identity, joined by a comma; the names of parameters are case-sensitive, those of headers are not.",
    api: "HTTP",
    sources: [RECORDED],
  },
  {
    what: "Without an identity source, `identitySource` is null.",
    api: "HTTP 2.0",
    sources: [RECORDED],
  },
  {
    what: "The request's ID is in `apigw-requestid`, spelled in lower case where the gateway answers by itself, and `Apigw-Requestid` where the Lambda behind does.",
    api: "HTTP",
    sources: [RECORDED],
  },
  {
    what: "An authorizer cannot be created with a TTL beyond 3600 seconds, with a TTL but no identity source, with simple responses but payload 1.0, or with a source as REST APIs write it.",
    api: "HTTP",
    sources: [RECORDED],
  },
  {
    what: "Answers are never kept: every handshake asks the authorizer.",
    api: "WebSocket",
    sources: [RECORDED],
  },
  {
    what: "A validation expression can be set, and is not applied.",
    api: "WebSocket",
    sources: [RECORDED],
  },
  {
    what: "An open connection keeps what the authorizer said, whatever happens to authorizer, permission or deployment.",
    api: "WebSocket",
    sources: [RECORDED],
  },
  {
    what: "While the gateway may not invoke the authorizer's function, everybody gets a 500; a permission counts some two seconds after it was given.",
    api: "HTTP",
    sources: [RECORDED],
  },
  {
    what: "Where the API key comes from the authorizer, it is kept with the answer, right or wrong.",
    api: "REST",
    sources: [RECORDED],
  },
];
