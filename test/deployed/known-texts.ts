import { PASTED_LOG, RECORDINGS, reported, reportedAt, type Source } from "./sources.ts";

/** An error of the gateway, as it is written. */
export interface KnownText {
  readonly text: string;
  readonly meaning: string;
  readonly sources: readonly Source[];
}

export const KNOWN_TEXTS: readonly KnownText[] = [
  {
    text: 'Invalid JSON in response: Unrecognized field "errorType" , not marked as ignorable',
    meaning: "The authorizer's function crashed: its error is read as an answer. The client gets a 500.",
    sources: [PASTED_LOG],
  },
  {
    text: "Can not deserialize instance of java.lang.String out of START_ARRAY token",
    meaning: "A value of the context is a list. The client gets a 500.",
    sources: [reportedAt("https://dev.to/dborgenvik", "high")],
  },
  {
    text: "Could not parse policy",
    meaning: "The answer is null, or holds no policy. The client gets a 500.",
    sources: [reported("ExpanseLLC/lambda_authorizer#1", "high")],
  },
  {
    text: "Invalid permissions on Lambda function",
    meaning:
      "API Gateway may not invoke the authorizer's function. The client gets a 500 of the type `AUTHORIZER_CONFIGURATION_ERROR`.",
    sources: [PASTED_LOG],
  },
  {
    text: "API Gateway does not have permission to assume the provided role",
    meaning: "The role in `AuthorizerCredentials` does not trust API Gateway. The client gets the same 500.",
    sources: [PASTED_LOG],
  },
  {
    text: "Invalid json in authorizer response",
    meaning:
      "An HTTP API cannot read its own cached answer: with payload 1.0, a value of the context has quotes. Use payload 2.0.",
    sources: [reported("mantil-io/mantil#52", "medium")],
  },
  {
    text: "IdentitySource cannot be empty",
    meaning: "A TOKEN authorizer needs the header with the token as its identity source.",
    sources: [RECORDINGS.rules],
  },
  {
    text: "Identity source must be set if authorizer caching is enabled (TTL is greater than 0)",
    meaning: "An HTTP API's authorizer with a TTL needs an identity source.",
    sources: [RECORDINGS.rules],
  },
  {
    text: "Invalid request input (HandlerErrorCode: AlreadyExists)",
    meaning: "CloudFormation says so of a REQUEST authorizer that caches without an identity source.",
    sources: [reportedAt("https://openillumi.com", "medium")],
  },
  {
    text: "Invalid mapping expression specified",
    meaning:
      "A static value without single quotes, or a claim in brackets, which mappings do not take. The message repeats the value: a secret in it is printed.",
    sources: [reported("bobbyhadz/aws-cdk-api-authorizer#1", "high"), RECORDINGS.rules],
  },
  {
    text: "Maximum number of Authorizers for this API has been reached",
    meaning: "An HTTP API has at most ten authorizers.",
    sources: [reported("sst/sst#4522", "high")],
  },
  {
    text: "PolicyLengthExceededException",
    meaning:
      "The function's policy has more than 20,480 bytes. Write one permission for `authorizers/*` in place of one for each API.",
    sources: [reported("serverless/serverless#7411", "high")],
  },
  {
    text: "Currently, authorization is restricted to the $connect route only",
    meaning: "Another route of a WebSocket API was given an authorizer.",
    sources: [RECORDINGS.rules],
  },
];
