import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "site/{dist,.pages,.vitepress/cache}/",
      "bench/peers/",
      ".serverless/",
      ".local/",
      "coverage/",
      "reports/",
      ".stryker-tmp/",
    ],
  },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  },
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ["src/**/*.ts", "{infra,local,tools}/**/*.ts"],
    rules: {
      "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      "max-depth": ["error", 3],
    },
  },
  { files: ["src/**/*.ts"], rules: { complexity: ["error", 12] } },
  {
    files: ["**/*.ts"],
    rules: {
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: ["examples/**/*.mjs"],
    languageOptions: { globals: { console: "readonly", Request: "readonly" } },
  },
  // Their types are those of aws-cdk-lib, which is installed only beside the examples: their tests compile them.
  {
    files: ["src/deploy/cdk/**/*.ts", "examples/start-cdk/*.ts"],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    // They run in the process of the Serverless Framework or CDK, where other plugins replace String.prototype.replaceAll.
    files: ["src/deploy/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.property.name='replaceAll']",
          message: "A plugin may have replaced it: use replace with the flag g.",
        },
      ],
    },
  },
  {
    // The core is pure: clock, random numbers and the environment come in as parameters.
    files: ["src/{http,settings,logging,token,apigateway,identity,revocation,authorizer}/**/*.ts"],
    // They take the machine's own where no other is given.
    ignores: [
      "src/authorizer/{create-authorizer,create-evaluator,routes-file}.ts",
      "src/identity/reader/identity-from.ts",
      "src/revocation/writers/{from-environment,lambda/*}.ts",
      "src/token/keys/{issuer-key-sets,snapshot}.ts",
    ],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Take a clock as a parameter." },
        { object: "Math", property: "random", message: "Take random numbers as a parameter." },
        {
          object: "process",
          property: "env",
          message: "Take what you need of it as a parameter.",
        },
      ],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "node:fs",
              importNames: ["readFileSync"],
              message: "Only snapshot.ts and routes-file.ts read a file.",
            },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "Program > VariableDeclaration[kind='let'], Program > VariableDeclaration > VariableDeclarator[init.type='NewExpression'][init.callee.name=/Map|Set/]",
          message: "State belongs to an instance, not to the module.",
        },
      ],
    },
  },
);
