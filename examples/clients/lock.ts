import { Auth0Lock } from "auth0-lock";

const API_URL = "https://api.acme.com";
const lock = new Auth0Lock("YOUR_CLIENT_ID", "acme.eu.auth0.com", {
  auth: {
    redirectUrl: `${location.origin}/`,
    responseType: "token id_token",
    audience: "https://api.acme.com/",
    params: { scope: "openid profile email" },
  },
});

let session: { readonly token: string; readonly expiresAt: number } | undefined;

/** Load this file on the page that `redirectUrl` names: Lock reads the answer in the address by itself. */
lock.on("authenticated", (answer) => {
  keepSession(answer);
});

/** Shows Lock's form. */
export function signIn(): void {
  lock.show();
}

/** Renews in a hidden frame. Fails once the session at Auth0 has ended: call `signIn()`. */
function renew(): Promise<string> {
  return new Promise((resolve, reject) => {
    lock.checkSession({}, (error, answer) => {
      if (answer) resolve(keepSession(answer));
      else reject(new Error(error.error));
    });
  });
}

function keepSession({ accessToken, expiresIn }: AuthResult): string {
  session = { token: accessToken, expiresAt: Date.now() + expiresIn * 1000 };
  return accessToken;
}

/** Renews a minute early, and once more if the API answers 401. */
export async function callApi(path: string): Promise<Response> {
  const isFresh = session !== undefined && session.expiresAt > Date.now() + 60_000;
  const response = await send(path, isFresh && session ? session.token : await renew());
  return response.status === 401 ? send(path, await renew()) : response;
}

function send(path: string, token: string): Promise<Response> {
  return fetch(API_URL + path, { headers: { Authorization: `Bearer ${token}` } });
}

export function signOut(): void {
  lock.logout({ returnTo: location.origin });
}
