const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/**
 * What is to be added to the advice on a connection that failed, where the environment names a proxy: the authorizer's
 * HTTP client, which every command uses too, goes through none. Never the proxy's address, which may have a password.
 */
export function toProxyAdvice(env: NodeJS.ProcessEnv): string {
  const names = PROXY_VARIABLES.filter((name) => env[name]?.trim());
  if (names.length === 0) return "";
  const isFor = env["NODE_USE_ENV_PROXY"]
    ? `${names.join(" and ")} with NODE_USE_ENV_PROXY`
    : names.join(" and ");
  return ` The environment sets ${isFor}: neither the authorizer nor this command uses a proxy. Run it on a machine that reaches the tenant directly.`;
}
