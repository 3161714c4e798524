/**
 * Whether a text can be a `sub` of Auth0: a user's has its connection before a `|`, an application's ends in
 * `@clients`, an anonymous session's begins with `anon@`, and an agent's with `agt_`.
 */
export function isSubject(text: string): boolean {
  return /\||^.+@clients$|^anon@.|^agt_./su.test(text);
}
