import { PAGES, PASTED_LOG, RECORDED, RECORDINGS, reported, reportedAt, type Source } from "./sources.ts";

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
    what: "The request's ID is in `apigw-requestid`, spelled in lower case where the gateway answers by itself, and `Apigw-Requestid` where the backend does.",
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
  {
    what: "A REST API's REQUEST authorizer takes as identity sources `method.request.header.NAME` and `method.request.querystring.NAME`, stage variables (`stageVariables.NAME`) and context variables (`context.NAME`); path parameters are refused.",
    api: "REST REQUEST",
    sources: [RECORDINGS.rules],
  },
  {
    what: "A TOKEN authorizer cannot be created without an identity source.",
    api: "REST TOKEN",
    sources: [RECORDINGS.rules],
  },
  {
    what: "Identity sources are `$request.header.NAME`, `$request.querystring.NAME`, `$stageVariables.NAME` and `$context.NAME`.",
    api: "HTTP",
    sources: [RECORDINGS.rules],
  },
  {
    what: "Identity sources are `route.request.header.NAME`, `route.request.querystring.NAME` and stage variables; `$request.header.NAME` is refused.",
    api: "WebSocket",
    sources: [RECORDINGS.rules],
  },
  {
    what: "`context.httpMethod`, `context.path`, `context.resourcePath`, `context.apiId` and `context.identity.sourceIp` are accepted as identity sources, and in use. That each value has its own cache entry is not shown.",
    api: "REST REQUEST",
    sources: [reported("govuk-one-login/authentication-api#4290", "high")],
  },
  {
    what: "Values of stage variables have letters, digits, spaces and `-._~:/?#&=,`; names have letters, digits and `_`. (Of `~` and `#`, AWS's page and the recorded refusal differ.)",
    api: "REST, HTTP",
    sources: [RECORDINGS.rules, PAGES.knownIssues],
  },
  {
    what: "A canary's stage variables are merged over those of the stage, in mapping templates; whether in the authorizer's event and cache is not known.",
    api: "REST",
    sources: [RECORDINGS.canary],
  },
  {
    what: "The path is decoded twice before the authorizer and the backend see it, and cut off at `%3F`; where the second round fails, the client gets a 400 and no function is called. That routes are matched with the decoded path is a guess, and so is the body of the 400.",
    api: "HTTP",
    sources: [RECORDINGS.paths],
  },
  {
    what: "`path` and path parameters stay encoded.",
    api: "REST",
    sources: [RECORDINGS.paths],
  },
  {
    what: "Slashes at the beginning are one in `path`, and stay in `requestContext.path`; those inside stay; one at the end stays in both paths, and is not part of `pathParameters.proxy`.",
    api: "REST",
    sources: [RECORDINGS.lambda],
  },
  {
    what: "Behind a custom domain, `path` and `requestContext.path` have the base path; `resource`, path parameters and the method's ARN do not.",
    api: "REST",
    sources: [reported("CodeGenieApp/serverless-express#216", "high")],
  },
  {
    what: "The ARN of a method behind `ANY /{proxy+}` has the real method and the real path.",
    api: "REST",
    sources: [reported("dherault/serverless-offline#273", "high"), PASTED_LOG],
  },
  {
    what: "Two slashes at the beginning reach the route of one.",
    api: "HTTP",
    sources: [reported("localstack/localstack#8170", "medium")],
  },
  {
    what: "Routes with a slash at their end, and with methods other than GET, POST, PUT, PATCH, HEAD, OPTIONS, DELETE and ANY, cannot be created.",
    api: "HTTP",
    sources: [RECORDINGS.rules],
  },
  {
    what: "A Lambda proxy ignores mappings of headers and of the query: its event keeps what the client sent under that name. Mappings to Authorization, Connection, Content-Length, Expect, Proxy-Authenticate, TE and Transfer-Encoding fail every request.",
    api: "REST",
    sources: [RECORDINGS.lambda],
  },
  {
    what: "`integration.request.header.X-Amz-Tenant-Id` selects the tenant of a Lambda with tenant isolation, on a Lambda proxy too.",
    api: "REST",
    sources: ["https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html"],
  },
  {
    what: "To an HTTP backend, a mapped header overwrites the client's, a mapping whose source is absent is left out, and a mapped query value is appended. That the client's header then reaches the backend is not shown.",
    api: "REST",
    sources: [RECORDINGS.http],
  },
  {
    what: "A mapping that resolves to nothing is accepted, and the backend has no usable header. Authorizer values are `$context.authorizer.NAME`, without `lambda`.",
    api: "HTTP",
    sources: [
      PAGES.httpMapping,
      { how: "reported", by: "a decision record of July 2026", confidence: "high" },
    ],
  },
  {
    what: "A Lambda's response has `WWW-Authenticate` and some other headers renamed to `x-amzn-remapped-…`; an HTTP backend's and a gateway response's are not.",
    api: "REST",
    sources: [RECORDINGS.common, reported("anthropics/claude-ai-mcp#748", "high"), PAGES.knownIssues],
  },
  {
    what: "Whether a backend's `WWW-Authenticate` is renamed: two reports differ.",
    api: "HTTP",
    sources: [],
  },
  {
    what: "A streaming Lambda gets the same event, and its response starts with metadata and eight null bytes. That an authorizer stands before it as before any other is not excluded by AWS, and not shown.",
    api: "REST",
    sources: [PAGES.streaming],
  },
  {
    what: "A gateway response of a type replaces what `DEFAULT_4XX` or `DEFAULT_5XX` says, whole: a type set by itself inherits no header.",
    api: "REST",
    sources: [RECORDINGS.common],
  },
  {
    what: "Where keys come from the authorizer: one that is unknown is 403 `Forbidden`, as a Deny is; a header with a good key does not count.",
    api: "REST",
    sources: [RECORDED, PASTED_LOG],
  },
  {
    what: "A context that an HTTP API gives to an integration with payload 1.0 stands under `requestContext.authorizer.lambda` too.",
    api: "HTTP",
    sources: [reported("aws/aws-lambda-go#549", "high")],
  },
  {
    what: "Conditions of a policy are evaluated: `IpAddress` on `aws:SourceIp` restricts a new answer. Of dates, and of cached answers, that is not shown.",
    api: "HTTP",
    sources: [reportedAt("https://qiita.com/kazfuku/items/163d1b137ce36333e423", "high")],
  },
  {
    what: "Where the gateway stops waiting for the authorizer, the client gets a 500.",
    api: "REST",
    sources: [reportedAt("https://dev.to/marcogrcr", "medium")],
  },
  {
    what: "`UpdateAuthorizer` merges: an identity source, simple responses and a payload version cannot be cleared. Another format is another authorizer.",
    api: "HTTP",
    sources: [reportedAt("https://github.com/go-to-k/cdkd", "high")],
  },
  {
    what: "Two gateway responses of one type overwrite each other, and the last one applied wins.",
    api: "REST",
    sources: [reported("wellcomecollection/platform#6707", "high")],
  },
];
