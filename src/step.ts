/**
 * Takes one named step of a path that may be watched: it runs the check and gives back what came of it, a promise
 * where the check gives one.
 */
export type Step<Name extends string> = <T>(name: Name, check: () => T) => T;

/** The step of a path that nobody watches. */
export function unwatched<T>(_name: string, check: () => T): T {
  return check();
}
