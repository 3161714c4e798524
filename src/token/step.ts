/**
 * Takes one named step of a path that may be watched: it calls the check with what follows it, and gives back what came
 * of it, a promise where the check gives one. No function is made for a step, because each would be compiled for the
 * first request.
 */
export type Step<Name extends string> = <Values extends readonly unknown[], T>(
  name: Name,
  check: (...values: Values) => T,
  ...values: Values
) => T;

/** The step of a path that nobody watches. */
export function unwatched<Values extends readonly unknown[], T>(
  _name: string,
  check: (...values: Values) => T,
  ...values: Values
): T {
  return check(...values);
}
