/**
 * Two Lambdas that find out what a gateway does: an authorizer that answers whatever its caller's token tells it
 * to, and one behind it that tells what it sees. Put nothing of value behind this authorizer.
 */

/* global Buffer */

const { randomUUID } = require("node:crypto");

/**
 * The authorizer, by a clock. The token is base64url of `{turns: [{error} or {answer}, …]}`, each with the time
 * `from` which it counts. Of the answer, `$arn`, `$stage`, `$header` (the name of the header with the token) and
 * `$nonce` (another one each time) are filled in.
 */
exports.authorizer = (clock) => async (event) => {
  const [name, token] = credentials(event);
  const { turns } = JSON.parse(Buffer.from(token, "base64url").toString());
  const { error, answer } = turns.findLast(({ from = 0 }) => from <= clock());
  if (error !== undefined) throw new Error(error);
  const arn = event.routeArn ?? event.methodArn;
  const places = { $arn: arn, $stage: arn.split("/", 2).join("/"), $header: name, $nonce: randomUUID() };
  return JSON.parse(
    JSON.stringify(answer).replace(/\$(?:arn|stage|header|nonce)\b/g, (place) => places[place]),
  );
};

exports.authorize = exports.authorizer(Date.now);

exports.echo = async (event) => ({
  statusCode: 200,
  body: JSON.stringify({ seen: event.requestContext.authorizer ?? null }),
});

exports.connect = async () => ({ statusCode: 200, body: "" });

/** Where the token was found, and the token. */
function credentials(event) {
  const fields = Object.entries({ ...event.queryStringParameters, ...event.headers });
  const [name, value] = fields.find(([key]) => /^(?:authorization|access_token)$/i.test(key)) ?? ["", ""];
  return [name, (event.type === "TOKEN" ? event.authorizationToken : value).replace(/^Bearer /, "")];
}
