import { WebAuth, type Auth0DecodedHash } from "auth0-js";

const API_URL = "https://api.acme.com";
const webAuth = new WebAuth({
  domain: "acme.eu.auth0.com",
  clientID: "YOUR_CLIENT_ID",
  redirectUri: `${location.origin}/callback`,
  responseType: "token id_token",
  scope: "openid profile email",
  audience: "https://api.acme.com/",
});

let session: { readonly token: string; readonly expiresAt: number } | undefined;

/** Goes to the sign-in page. */
export function signIn(): void {
  webAuth.authorize();
}

/** On the callback page, once, because it uses up the answer in the address. */
export function finishSignIn(): Promise<void> {
  return new Promise((resolve, reject) => {
    webAuth.parseHash((error, answer) => {
      history.replaceState(undefined, "", location.pathname);
      if (answer === null) {
        reject(new Error(error?.error ?? "no answer"));
      } else {
        keepSession(answer);
        resolve();
      }
    });
  });
}

/** Renews in a hidden frame. Fails with `login_required` once the session at Auth0 has ended: call `signIn()`. */
function renew(): Promise<string> {
  return new Promise((resolve, reject) => {
    webAuth.checkSession({}, (error, answer: Auth0DecodedHash) => {
      if (error) reject(new Error(error.error));
      else resolve(keepSession(answer));
    });
  });
}

function keepSession({ accessToken = "", expiresIn = 0 }: Auth0DecodedHash): string {
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
  webAuth.logout({ returnTo: location.origin });
}
