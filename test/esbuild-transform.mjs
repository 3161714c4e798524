import { transformSync } from "esbuild";

/** Jest's view of TypeScript: types stripped by the bundler that also builds the Lambda. */
export default {
  process: (source, path) =>
    transformSync(source, {
      loader: "ts",
      format: "esm",
      target: "node20.19",
      sourcemap: "inline",
      sourcefile: path,
    }),
};
