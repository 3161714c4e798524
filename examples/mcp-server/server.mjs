import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/** The tools, for one caller. */
function toolsFor({ subject, email, scopes }) {
  const server = new McpServer({ name: "who-am-i", version: "1.0.0" });
  server.registerTool("whoami", { description: "Says for whom this agent acts." }, () => ({
    content: [{ type: "text", text: JSON.stringify({ subject, email, scopes }) }],
  }));
  return server;
}

/** `ANY /mcp` of a REST API, behind the authorizer. A Lambda keeps no session: every request has a server of its own. */
export const handler = async (event) => {
  const caller = identityFrom(event);
  // A client that asks for a stream of the server's own messages is told that there is none.
  if (event.httpMethod !== "POST") return { statusCode: 405, headers: { Allow: "POST" }, body: "" };
  const server = toolsFor(caller);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await answerOf(await transport.handleRequest(requestOf(event)));
  } finally {
    await server.close();
  }
};

function requestOf({ headers, httpMethod, path, body }) {
  return new Request(`https://${headers.Host ?? headers.host}${path}`, { method: httpMethod, headers, body });
}

async function answerOf(response) {
  const headers = Object.fromEntries(response.headers);
  return { statusCode: response.status, headers, body: await response.text() };
}
