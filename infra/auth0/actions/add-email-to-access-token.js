/* global exports */
const API = "##API_IDENTIFIER##";
const CLAIM = "##EMAIL_CLAIM##";

/**
 * Puts the user's email address, and whether it is verified, into access tokens of our API, and of no other.
 *
 * @param {Event} event https://auth0.com/docs/customize/actions/explore-triggers/signup-and-login-triggers/login-trigger/post-login-event-object
 * @param {PostLoginAPI} api https://auth0.com/docs/customize/actions/explore-triggers/signup-and-login-triggers/login-trigger/post-login-api-object
 */
exports.onExecutePostLogin = async (event, api) => {
  if (event.resource_server?.identifier !== API || !event.user.email) return;
  api.accessToken.setCustomClaim(CLAIM, event.user.email);
  api.accessToken.setCustomClaim(`${CLAIM}_verified`, event.user.email_verified === true);
};
