/** A service of SAM, CDK or Terraform as a user would have it, and what is to be said of its templates. */
export interface TemplateService {
  /** The pattern that it stands for. */
  readonly name: string;
  readonly tool: "SAM" | "CDK" | "Terraform";
  /** By path. CDK synthesises `app.mjs`. */
  readonly files: Readonly<Record<string, string>>;
  /** The template that is validated, or the folder that CDK writes. */
  readonly main: string;
  readonly publicRoutes?: readonly string[];
  /**
   * Every route with a backend: `GET /orders: Auth0`, by the start of the logical ID of its authorizer's function, or
   * `another stack`, `open`, `key`, `aws`, `not read`.
   */
  readonly routes: readonly string[];
  /** The rules that find something, each once; nothing else may be found. `value-at-deployment` is left out. */
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
  readonly notChecked?: readonly string[];
  /** Why it is judged so, where that is not plain. */
  readonly because?: string;
}
