import { createAuth0Client } from "@auth0/auth0-spa-js";

const API_URL = "https://api.acme.com";
const auth0 = await createAuth0Client({
  domain: "acme.eu.auth0.com",
  clientId: "YOUR_CLIENT_ID",
  useRefreshTokens: true,
  authorizationParams: {
    redirect_uri: `${location.origin}/callback`,
    audience: "https://api.acme.com/",
    scope: "openid profile email",
  },
});

/** Goes to the sign-in page. */
export function signIn(): Promise<void> {
  return auth0.loginWithRedirect();
}

/** On the callback page, once, because it uses up the answer in the address. */
export async function finishSignIn(): Promise<void> {
  await auth0.handleRedirectCallback();
  history.replaceState(undefined, "", "/");
}

/** The SDK renews the token before it expires. If the API answers 401, a new one is fetched once. */
export async function callApi(path: string): Promise<Response> {
  const response = await send(path, await auth0.getTokenSilently());
  if (response.status !== 401) return response;
  return send(path, await auth0.getTokenSilently({ cacheMode: "off" }));
}

function send(path: string, token = ""): Promise<Response> {
  return fetch(API_URL + path, { headers: { Authorization: `Bearer ${token}` } });
}

export function signOut(): Promise<void> {
  return auth0.logout({ logoutParams: { returnTo: location.origin } });
}
