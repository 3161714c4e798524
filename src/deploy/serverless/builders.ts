import type { FunctionDefinition, Serverless } from "./framework-types.ts";

/**
 * Keeps functions whose code is built already from plugins that build a service's code, such as serverless-webpack,
 * serverless-bundle, serverless-esbuild and serverless-plugin-typescript: these look for the source of every function.
 */
export class HiddenFunctions {
  readonly #functions: Record<string, FunctionDefinition>;
  #hidden: Readonly<Record<string, FunctionDefinition>> = {};

  constructor(functions: Record<string, FunctionDefinition>) {
    this.#functions = functions;
  }

  hide(names: readonly string[]): void {
    const found = names.flatMap((name) => {
      const definition = this.#functions[name];
      return definition === undefined ? [] : [[name, definition] as const];
    });
    this.#hidden = { ...this.#hidden, ...Object.fromEntries(found) };
    for (const [name] of found) Reflect.deleteProperty(this.#functions, name);
  }

  restore(): void {
    Object.assign(this.#functions, this.#hidden);
    this.#hidden = {};
  }
}

/**
 * Calls a hook after those that other plugins have for the event now.
 *
 * @returns whether this version of the framework has a list of hooks
 */
export function callLast({ pluginManager }: Serverless, event: string, hook: () => unknown): boolean {
  const hooks = pluginManager?.hooks;
  if (hooks === undefined) return false;
  hooks[event] = [...(hooks[event] ?? []), { pluginName: "Auth0AuthorizerPlugin", hook }];
  return true;
}
