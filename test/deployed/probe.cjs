/**
 * Two Lambdas that find out what a gateway does: an authorizer that answers whatever its caller's token tells it
 * to, and one behind it that tells what it sees. Put nothing of value behind this authorizer.
 */

/* global Buffer */

const { randomUUID } = require("node:crypto");

/**
 * The authorizer, by a clock. The token is base64url of `{turns: [{error} or {answer}, …]}`, each with the time
 * `from` which it counts. Of the answer, `$arn`, `$stage`, `$header` (the name of the header with the token),
 * `$nonce` (another one each time), `$sources` (what the event says of the identity sources) and `$variable` (the
 * stage variable `probe`) are filled in.
 */
exports.authorizer = (clock) => async (event) => {
  const [name, token] = credentials(event);
  const { turns } = JSON.parse(Buffer.from(token, "base64url").toString());
  const { error, answer } = turns.findLast(({ from = 0 }) => from <= clock());
  if (error !== undefined) throw new Error(error);
  const arn = event.routeArn ?? event.methodArn;
  const places = {
    $arn: arn,
    $stage: arn.split("/", 2).join("/"),
    $header: name,
    $nonce: randomUUID(),
    $sources: identitySources(event, token),
    $variable: event.stageVariables?.probe ?? "not set",
  };
  const PLACES = /\$(?:arn|stage|header|nonce|sources|variable)\b/g;
  return JSON.parse(JSON.stringify(answer).replace(PLACES, (place) => places[place]));
};

exports.authorize = exports.authorizer(Date.now);

exports.echo = async (event) => ({
  statusCode: 200,
  body: JSON.stringify({
    caller: event.requestContext.authorizer ?? null,
    route: {
      key: event.routeKey ?? event.resource,
      path: event.rawPath ?? event.path,
      parameters: event.pathParameters ?? null,
    },
  }),
});

exports.connect = async () => ({ statusCode: 200, body: "" });

/** Where the token was found, and the token. */
function credentials(event) {
  const fields = Object.entries({ ...event.queryStringParameters, ...event.headers });
  const [name, value] = fields.find(([key]) => /^(?:authorization|access_token)$/i.test(key)) ?? ["", ""];
  return [name, (event.type === "TOKEN" ? event.authorizationToken : value).replace(/^Bearer /, "")];
}

/** Of an HTTP API: the values in an order of their own, the token by its name. */
function identitySources({ identitySource }, token) {
  return [identitySource ?? "none"]
    .flat()
    .map((value) => value.replace(`Bearer ${token}`, "TOKEN"))
    .sort()
    .join(" and ");
}
