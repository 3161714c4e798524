import { randomUUID } from "node:crypto";
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";

/**
 * An application of the tenant that acts for a user: the SDK's `OAuthClientProvider`. Where the tenant registers clients
 * by their metadata document, leave out the client ID, and give the document's address as `clientMetadataUrl`.
 */
export class Application {
  #tokens;
  #verifier;
  #state;
  #discovery;
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

  /** Which tenant the sign-in began at: the SDK takes the code to no other one. */
  discoveryState() {
    return this.#discovery;
  }

  saveDiscoveryState(discovery) {
    this.#discovery = discovery;
  }

  state() {
    this.#state = randomUUID();
    return this.#state;
  }

  async redirectToAuthorization(address) {
    this.#callback = await this.signIn(address.href);
  }

  /** What the user brought back. The SDK compares `iss` (RFC 9207), and leaves `state` to the application. */
  get answer() {
    const answer = this.#callback.searchParams;
    if (answer.get("state") !== this.#state) throw new Error("The answer belongs to another sign-in.");
    return answer;
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
    await transport.finishAuth(application.answer);
    return connected(transportFor());
  }
}

async function connected(transport) {
  // Asks first which revisions the server speaks, and takes the handshake of 2025 where it knows no other.
  const client = new Client({ name: "agent", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(transport);
  return client;
}
