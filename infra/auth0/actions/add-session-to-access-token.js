/* global exports */
const API = "##API_IDENTIFIER##";
const CLAIM = "##SESSION_CLAIM##";

/**
 * Puts the session into access tokens of our API, so that its end can end them: Auth0 puts `sid` into ID tokens alone.
 *
 * @param {Event} event https://auth0.com/docs/customize/actions/explore-triggers/signup-and-login-triggers/login-trigger/post-login-event-object
 * @param {PostLoginAPI} api https://auth0.com/docs/customize/actions/explore-triggers/signup-and-login-triggers/login-trigger/post-login-api-object
 */
exports.onExecutePostLogin = async (event, api) => {
  if (event.resource_server?.identifier !== API || !event.session?.id) return;
  api.accessToken.setCustomClaim(CLAIM, event.session.id);
};
