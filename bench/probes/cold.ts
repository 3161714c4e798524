import { instructions, loadBundle, report } from "./load.ts";

/** One cold start: load the bundle that the parent named, answer one event, and say so at once. */
const { bundle, event } = instructions() as { readonly bundle: string; readonly event: unknown };

loadBundle(bundle)
  .handler(event)
  .then(
    () => report({ answered: true, cpu: process.cpuUsage() }),
    (error: unknown) => report({ answered: false, error: String(error) }),
  )
  .finally(() => {
    report({ rss: process.memoryUsage.rss() });
    process.exit();
  });
