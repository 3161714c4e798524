import ts from "typescript";

/**
 * Puts the functions that are called first in parentheses, so that V8 compiles them while it reads the script. It only
 * skims other functions, and reads them again when they are called. A first call takes a fifth less, and loading a tenth
 * more.
 *
 * A function that is declared at the top exists from the start of its script. A variable does not, so these are assigned
 * before all else. Methods and arrow functions stay as they are: parentheses change nothing for them.
 *
 * @param isCalledFirst whether the function that stands at an offset is among them
 * @see https://v8.dev/blog/preparser#pife
 */
export function compiledAtOnce(script: string, isCalledFirst: (offset: number) => boolean): string {
  const file = ts.createSourceFile("script.js", script, ts.ScriptTarget.Latest);
  const isAtOnce = (node: ts.Node): boolean => isCalledFirst(node.getStart(file));
  const functions: string[] = [];
  const others: string[] = [];
  for (const statement of file.statements) {
    const parentheses = parenthesesIn(statement, file, isAtOnce);
    const { name } = ts.isFunctionDeclaration(statement) ? statement : {};
    if (name === undefined || !isAtOnce(statement))
      others.push(withInserted(parentheses, script, statement.pos, statement.end));
    else {
      const declaration = withInserted(parentheses, script, statement.getStart(file), statement.end);
      functions.push(`${name.text}=(${withoutName(declaration, name.text)})`);
    }
  }
  const [banner = ""] = /^\/\*![^]*?\*\/\n/.exec(script) ?? [];
  const declared = functions.length === 0 ? "" : `var ${functions.join(",")};`;
  return `${banner}${declared}${others.join("").replace(banner, "")}`;
}

/** What to insert, and at which offset. */
type Insertion = readonly [offset: number, text: string];

/** Around each function expression that is called first. */
function parenthesesIn(
  statement: ts.Statement,
  file: ts.SourceFile,
  isAtOnce: (node: ts.Node) => boolean,
): readonly Insertion[] {
  const found: Insertion[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionExpression(node) && isAtOnce(node))
      found.push([node.getStart(file), "("], [node.end, ")"]);
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return found.sort(([one], [other]) => one - other);
}

function withInserted(insertions: readonly Insertion[], script: string, start: number, end: number): string {
  const offsets = [start, ...insertions.map(([offset]) => offset), end];
  const texts = ["", ...insertions.map(([, text]) => text)];
  return texts.map((text, index) => text + script.slice(offsets[index], offsets[index + 1])).join("");
}

/** `function name(…) {…}` as an expression without a name. */
function withoutName(declaration: string, name: string): string {
  const at = declaration.indexOf(name, declaration.indexOf("function") + "function".length);
  return declaration.slice(0, at).trimEnd() + declaration.slice(at + name.length);
}
