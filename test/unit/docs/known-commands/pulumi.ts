import type { KnownCommand } from "./known-command";

const noRoot = "test/engine/cli/no-root.engine.test.ts";
const alone = "test/engine/program/cli-alone.engine.test.ts";
const rehearsal = "lab/driver/rehearsal.ts";

/** Commands of Pulumi that documents name. */
export const pulumiCommands: readonly KnownCommand[] = [
  {
    pattern: /^pulumi up --replace '\*\*RunnerRelease\*\*'$/,
    test: "test/rehearsal/long/version.test.ts",
    by: '"--replace", "**RunnerRelease**"',
  },
  {
    pattern: /^pulumi up --replace '\*\*runners-secondary-vm'$/,
    test: "test/rehearsal/long/machine-replacement.test.ts",
    by: '"--replace", "**runners-secondary-vm"',
  },
  { pattern: /^(npm run lab -- exec -- )?pulumi preview$/, test: noRoot, by: '"pulumi", "preview"' },
  {
    pattern: /^(npm run lab -- exec -- )?pulumi up( --yes)?( --expect-no-changes)?$/,
    test: noRoot,
    by: '"pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes"',
  },
  {
    pattern: /^pulumi preview --json --show-sames( > preview\.json)?$/,
    test: "test/engine/policy/guards.engine.test.ts",
    by: '["preview", "--json", "--show-sames"]',
  },
  {
    pattern: /^PULUMI_EXPERIMENTAL=true PULUMI_SKIP_CHECKPOINTS=true pulumi up$/,
    test: "test/engine/program/saved-at-end.engine.test.ts",
    by: '{ PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" }',
  },
  {
    pattern: /^pulumi (up --refresh|refresh) --run-program$/,
    test: "test/engine/program/rate-limit.engine.test.ts",
    by: '["up", "--refresh", "--run-program"], ["refresh", "--run-program"]',
  },
  {
    pattern: /^export PULUMI_CONFIG_PASSPHRASE_FILE=\S+$/,
    notRun: "it is a line of the shell; init.engine.test.ts sets the variable and checks that init prints the line",
  },
  {
    pattern: /^export PULUMI_STACK=team$/,
    test: "test/engine/docs/commands.engine.test.ts",
    by: '"echo $PULUMI_STACK"',
  },
  {
    pattern: /^pulumi config set --secret --path ghrunners:secretValues\.RUNNER_VIEW_TOKEN < view-token$/,
    test: "test/rehearsal/first-day.test.ts",
    by: 'runFirstDay(session, "person", say)',
  },
  { pattern: /^pulumi cancel$/, test: "test/engine/program/rate-limit.engine.test.ts", by: '["cancel", "--yes"]' },
  { pattern: /^pulumi refresh$/, test: noRoot, by: '"pulumi", "refresh"' },
  {
    pattern: /^pulumi destroy --run-program$/,
    test: alone,
    by: '"destroy", "--stack", stack, "--yes", "--run-program"',
  },
  { pattern: /^pulumi destroy$/, test: noRoot, by: '"pulumi", "destroy"' },
  { pattern: /^pulumi preview --stack \w+$/, test: alone, by: '"preview", "--stack", stack' },
  { pattern: /^pulumi up --stack \w+$/, test: alone, by: '"up", "--stack", stack, "--yes"' },
  { pattern: /^pulumi login( --local)?$/, test: alone, by: '"login", "--local"' },
  {
    pattern: /^pulumi config set( --path '[^']+' \S+)?$/,
    test: alone,
    by: '"config", "set", "--stack", stack, "--path"',
  },
  {
    pattern: /^pulumi import$/,
    notRun: "a document says that machines are not imported; bad-input.engine.test.ts refuses what is in use",
  },
  {
    pattern: /^pulumi config set --path 'ghrunners:safety\.allowUnprotectedVm' '[a-z ]+'$/,
    test: "test/engine/program/leaving-production.engine.test.ts",
    by: '"safety.allowUnprotectedVm": guardOverrides["production-vm-protected"].words',
  },
  {
    pattern: /^pulumi config set --secret --path 'ghrunners:secretValues\.API_TOKEN' < SECRET_FILE$/,
    test: "test/engine/program/support/runs-with-secrets.ts",
    by: '"set", "--secret", "--path", `ghrunners:secretValues.${name}`',
  },
  {
    pattern: /^pulumi config set --secret ghrunners:\w+( < PRIVATE_KEY_FILE)?$/,
    test: alone,
    by: '"config", "set", "--stack", stack, "--secret"',
  },
  { pattern: /^pulumi (up|preview|refresh|destroy)$/, test: rehearsal, by: 'this.pulumi(["up"' },
  {
    pattern: /^(pulumi up --refresh|ghrunners (alerts|drift|gate))$/,
    test: "test/unit/runbooks/rehearse.ts",
    by: "operator.run(block.script)",
  },
  {
    pattern: /^pulumi up --replace URN$/,
    test: "test/engine/cli/drift/drift.engine.test.ts",
    by: 'up({}, "--replace", urn)',
  },
];
