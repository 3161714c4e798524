const NAME = /^\w+$/;
const VALUE = /^[A-Za-z0-9 ._~:/?#&=,-]{1,512}$/;

/**
 * Refuses stage variables that AWS does not take.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 * @throws Error that says what to change
 */
export function checkStageVariables(variables: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(variables)) {
    if (!NAME.test(name)) {
      throw new Error(`The stage variable ${name} cannot be set: its name may have letters, digits and _`);
    }
    if (!VALUE.test(value)) {
      throw new Error(
        `The stage variable ${name} cannot be set: its value has 1 to 512 letters, digits, spaces and -._~:/?#&=,`,
      );
    }
  }
}
