/** A name that looks like a setting's, and the setting that was probably meant. */
export interface Misspelling {
  readonly found: string;
  readonly meant: string;
}

const MAX_EDITS = 2;

/** The names among `found` that no setting has, but one almost has. Capital and small letters count alike. */
export function findMisspellings(found: readonly string[], known: readonly string[]): readonly Misspelling[] {
  return found
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = findNearest(name, known);
      return meant === undefined ? [] : [{ found: name, meant }];
    });
}

/** The known name that differs least from this one, if it is at most two letters away. */
export function findNearest(name: string, known: readonly string[]): string | undefined {
  return known.find((candidate) => editDistance(name.toUpperCase(), candidate.toUpperCase()) <= MAX_EDITS);
}

/** Levenshtein's distance: how many characters must be added, removed or replaced to turn one name into the other. */
export function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(from).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = at(previous, column) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, at(previous, column + 1) + 1, at(current, column) + 1));
    }
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
