import ts from "typescript";

/**
 * Puts the functions that are called first in parentheses, so that V8 compiles them while it reads the script. It only
 * skims other functions, and reads them again when they are called. A first call takes a fifth less, and loading a tenth
 * more.
 *
 * A declared function exists from the start of its script. A variable does not, so these are assigned before all else.
 *
 * @param isCalledFirst whether the function that is declared at an offset is among them
 * @see https://v8.dev/blog/preparser#pife
 */
export function compiledAtOnce(script: string, isCalledFirst: (offset: number) => boolean): string {
  const file = ts.createSourceFile("script.js", script, ts.ScriptTarget.Latest);
  const functions: string[] = [];
  const others: string[] = [];
  for (const statement of file.statements) {
    const { name } = ts.isFunctionDeclaration(statement) ? statement : {};
    if (name === undefined || !isCalledFirst(statement.getStart(file)))
      others.push(statement.getFullText(file));
    else functions.push(`${name.text}=(${withoutName(statement.getText(file), name.text)})`);
  }
  const [banner = ""] = /^\/\*![^]*?\*\/\n/.exec(script) ?? [];
  return `${banner}var ${functions.join(",")};${others.join("").replace(banner, "")}`;
}

/** `function name(…) {…}` as an expression without a name. */
function withoutName(declaration: string, name: string): string {
  const at = declaration.indexOf(name, declaration.indexOf("function") + "function".length);
  return declaration.slice(0, at).trimEnd() + declaration.slice(at + name.length);
}
