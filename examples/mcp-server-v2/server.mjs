import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/** The tools, for one caller: the SDK makes a server for each request. */
function toolsFor({ authInfo }) {
  const { subject, email, scopes } = authInfo.extra.caller;
  const server = new McpServer({ name: "who-am-i", version: "1.0.0" });
  server.registerTool("whoami", { description: "Returns the user for whom this agent acts." }, () => ({
    content: [{ type: "text", text: JSON.stringify({ subject, email, scopes }) }],
  }));
  return server;
}

/**
 * Serves clients of the revision 2026-07-28, and those of 2025 without a session. No subscription, because its stream has
 * no end and Lambda would wait for one.
 */
const mcp = createMcpHandler(toolsFor, { maxSubscriptions: 0 });

/** `ANY /mcp` of a REST API, behind the authorizer: with the template of examples/mcp-server. */
export const handler = async (event) => {
  const caller = identityFrom(event);
  if (event.httpMethod !== "POST") return { statusCode: 405, headers: { Allow: "POST" }, body: "" };
  // The authorizer has verified the token; the SDK only passes on who calls.
  const authInfo = {
    token: "",
    clientId: caller.clientId ?? "",
    scopes: [...caller.scopes],
    extra: { caller },
  };
  return answerOf(await mcp.fetch(requestOf(event), { authInfo }));
};

function requestOf({ headers, httpMethod, path, body }) {
  return new Request(`https://${headers.Host ?? headers.host}${path}`, { method: httpMethod, headers, body });
}

async function answerOf(response) {
  const headers = Object.fromEntries(response.headers);
  return { statusCode: response.status, headers, body: await response.text() };
}
