/**
 * Where the documentation is published, without a slash at the end. This is the one place to change: the command-line
 * tool uses it, and the build puts it in the place of `{docs}` in `infra/`. Until there is a site it is a reserved
 * domain, which cannot be registered, and the release fails.
 */
const DOCUMENTATION = "https://auth0-api-gateway-authorizer.example";

/** The address of a page, such as `keys` or `reasons#expired`. */
export function documentationUrl(page: string): string {
  return `${DOCUMENTATION}/${page}`;
}
