import { randomUUID } from "node:crypto";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/**
 * An application of the tenant that acts for a user: the SDK's `OAuthClientProvider`. Where the tenant allows dynamic
 * registration, leave out the client ID and keep what `saveClientInformation` is given.
 */
export class Application {
  #tokens;
  #verifier;
  #state;
  #callback;

  /**
   * @param clientId of an application of the type Native
   * @param redirectUrl one of its Allowed Callback URLs
   * @param signIn opens the address in a browser, and resolves to the address that the user came back to
   */
  constructor({ clientId, redirectUrl, signIn }) {
    this.clientId = clientId;
    this.redirectUrl = redirectUrl;
    this.signIn = signIn;
  }

  get clientMetadata() {
    return { redirect_uris: [this.redirectUrl], token_endpoint_auth_method: "none" };
  }

  clientInformation() {
    return { client_id: this.clientId };
  }

  tokens() {
    return this.#tokens;
  }

  saveTokens(tokens) {
    this.#tokens = tokens;
  }

  codeVerifier() {
    return this.#verifier;
  }

  saveCodeVerifier(verifier) {
    this.#verifier = verifier;
  }

  state() {
    this.#state = randomUUID();
    return this.#state;
  }

  async redirectToAuthorization(address) {
    this.#callback = await this.signIn(address.href);
  }

  /** The code that the tenant gave the user to bring. */
  get code() {
    const answer = this.#callback.searchParams;
    if (answer.get("state") !== this.#state) throw new Error("The answer belongs to another sign-in.");
    if (answer.has("error")) throw new Error(`${answer.get("error")}: ${answer.get("error_description")}`);
    return answer.get("code");
  }
}

/** A client of the MCP server, signed in: where the server answers 401, the user is asked to, and once only. */
export async function connect(serverUrl, application, options = {}) {
  const transportFor = () =>
    new StreamableHTTPClientTransport(serverUrl, { authProvider: application, ...options });
  const transport = transportFor();
  try {
    return await connected(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(application.code);
    return connected(transportFor());
  }
}

async function connected(transport) {
  const client = new Client({ name: "agent", version: "1.0.0" });
  await client.connect(transport);
  return client;
}
