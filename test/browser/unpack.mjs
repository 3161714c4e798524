// Unpacks the Chromium of the package, with its libraries and fonts, into the folder that TMPDIR names. The package
// brings its libraries only where it believes to be in Lambda: it finds both in the environment, so this runs in a
// process of its own. Its flags are left alone: they make one process of the browser, which ends with its first page.
import chromium from "@sparticuz/chromium";

await chromium.executablePath();
