/** A command that documents may name, and the test that runs it. */
export interface KnownCommand {
  readonly pattern: RegExp;
  /** Test file, relative to the project. */
  readonly test: string;
  /** Text of that file by which it runs the command. */
  readonly by: string;
}

const noRoot = "test/engine/cli/no-root.engine.test.ts";
const alone = "test/engine/program/cli-alone.engine.test.ts";
const own = "test/engine/docs/commands.engine.test.ts";
const init = "test/engine/cli/init/init.engine.test.ts";
const rehearsal = "lab/driver/rehearsal.ts";

/** Every command of the documents. A new one needs a test first. */
export const knownCommands: readonly KnownCommand[] = [
  {
    pattern: /^pulumi up --replace '\*\*RunnerRelease\*\*'$/,
    test: "test/rehearsal/04-version.test.ts",
    by: '"--replace", "**RunnerRelease**"',
  },
  { pattern: /^npm ci$/, test: "test/unit/scripts/install.test.ts", by: "npm ci failed" },
  { pattern: /^npx mocha$/, test: "test/support/layers.ts", by: 'filesOf("unit")' },
  { pattern: /^npm run build:workflows$/, test: "test/unit/workflows/scripts.test.ts", by: "scriptText(source)" },
  { pattern: /^npm run lint$/, test: "test/support/tool-layers.ts", by: "eslint/bin/eslint.js" },
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
    pattern:
      /^(pulumi preview --json --show-sames( > preview\.json| \| ghrunners blast-radius -)?|ghrunners blast-radius (FILE|preview\.json))$/,
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
    pattern: /^ghrunners (pause( --note "[\w ]+" --for \d+h)?|resume)$/,
    test: "test/rehearsal/11-maintenance.test.ts",
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
  { pattern: /^export PULUMI_CONFIG_PASSPHRASE_FILE=\S+$/, test: init, by: "export PULUMI_CONFIG_PASSPHRASE_FILE=" },
  {
    pattern:
      /^(npx )?ghrunners setup proxmox( --storage local-zfs --bridge vmbr1 --pool runners| --image-storage local)?$/,
    test: init,
    by: '"ghrunners", "setup", "proxmox"',
  },
  {
    pattern: /^ghrunners setup monitoring( --apply)?$/,
    test: init,
    by: '"ghrunners", "setup", "monitoring"',
  },
  {
    pattern: /^ghrunners prune( --plan deployment\.yaml)?( --apply( --force "remove what is still running")?)?$/,
    test: "test/rehearsal/03-drift.test.ts",
    by: '["ghrunners", "prune", "--apply"]',
  },
  {
    pattern: /^(ghrunners support( --list| --output support\.tar\.gz)?|tar -tzf support\.tar\.gz)$/,
    test: "test/rehearsal/08-support.test.ts",
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
  { pattern: /^npm run lab -- down$/, test: noRoot, by: 'command("lab", "down")' },
  {
    pattern: /^npm run lab -- (exec (--stack production )?-- (CMD|ghrunners status)|shell|notifications|reviewer off)$/,
    test: own,
    by: '["lab", "exec"',
  },
  {
    pattern: /^npm run lab -- demo-app$/,
    test: "test/rehearsal/15-deploy-through-github.test.ts",
    by: 'labCommand("demo-app")',
  },
  { pattern: /^npm run lab -- status( --json)?$/, test: own, by: '["lab", "status", "--json"]' },
  { pattern: /^npm run lab -- events (proxmox|github)$/, test: own, by: '["lab", "events", "proxmox"]' },
  { pattern: /^npm run lab -- fault list( --json)?$/, test: own, by: '["lab", "fault", "list"]' },
  { pattern: /^npm run lab -- prune( --dry-run)?$/, test: own, by: '["lab", "prune", "--dry-run"]' },
  { pattern: /^npm run lab -- fault active$/, test: own, by: '["lab", "fault", "active"]' },
  { pattern: /^npm run lab -- fault clear$/, test: own, by: '["lab", "fault", "clear"]' },
  { pattern: /^npm run lab -- fault stop primary$/, test: noRoot, by: 'command("lab", "fault", "stop", "primary")' },
  { pattern: /^npm run lab -- fault clear stop primary$/, test: noRoot, by: '"fault", "clear", "stop", "primary"' },
  {
    pattern: /^npm run lab -- fault github-slow milliseconds=3000$/,
    test: own,
    by: '["lab", "fault", "github-slow", "milliseconds=3000"]',
  },
  { pattern: /^npm run toolchain -- (ensure|list)$/, test: own, by: '["toolchain", "list"]' },
  { pattern: /^npm test( -- (--list|unit --grep \w+))?$/, test: own, by: '["test", "--list"]' },
  {
    pattern: /^npm run bench( -- (--help|--json( --runs 1 --seed \d+)?|(--only (boot|runners|vms) )+--runs 1))?$/,
    test: own,
    by: '["bench", "--help"]',
  },
  { pattern: /^npm run mutate( -- (packages\/deploy\/plan|--json|--fresh))?$/, test: own, by: '["mutate", "--help"]' },
  {
    pattern: /^pulumi (up|preview|refresh|destroy) --stack \w+( .*)?$/,
    test: "test/unit/cli/pulumi.test.ts",
    by: '["up", "--stack", "production"]',
  },
  { pattern: /^pulumi login( --local)?$/, test: alone, by: '"login", "--local"' },
  {
    pattern: /^npx tsx test\/unit\/docs\/status-picture\.ts$/,
    test: "test/unit/docs/readme.test.ts",
    by: "statusPicture()",
  },
  { pattern: /^pulumi config set( |$)/, test: "test/unit/config/parse.test.ts", by: "pulumi config set" },
  { pattern: /^pulumi (up|preview|refresh|destroy)$/, test: rehearsal, by: 'this.pulumi(["up"' },
  {
    pattern: /^npx tsx config\/document\.ts$/,
    test: "test/unit/config/document.test.ts",
    by: "npx tsx config/document.ts",
  },
  {
    pattern: /^npx tsx components\/document\.ts$/,
    test: "test/unit/components/document.test.ts",
    by: "npx tsx components/document.ts",
  },
  {
    pattern: /^ghrunners dashboards (render|check)$/,
    test: "test/unit/cli/dashboards/dashboards.test.ts",
    by: 'command("render"',
  },
  {
    pattern: /^npx tsx monitoring\/document\.ts$/,
    test: "test/unit/monitoring/document.test.ts",
    by: "npx tsx monitoring/document.ts",
  },
  {
    pattern: /^npx tsx lab\/github\/main\.ts --state DIR /,
    test: "test/unit/lab/github/main.test.ts",
    by: "lab/github/main.ts",
  },
  {
    pattern: /^npx tsx lab\/machines\/main\.ts exec 151 /,
    test: "test/rehearsal/08-secrets.test.ts",
    by: 'machineCommand("exec"',
  },
  {
    pattern: /^npx tsx lab\/machines\/main\.ts (list|console 151|destroy-all --instance lab)$/,
    test: "test/rehearsal/08-secrets.test.ts",
    by: 'machineCommand("list")',
  },
  {
    pattern: /^(pulumi up --refresh|ghrunners (alerts|drift|gate))$/,
    test: "test/unit/runbooks/rehearse.ts",
    by: "operator.run(block.script)",
  },
  {
    pattern:
      /^ghrunners-exporter (host|fleet|switch) +--config \/etc\/ghrunners\/((runner|fleet)-exporter|failover-switch)\.json$/,
    test: "test/unit/exporter/host-view.test.ts",
    by: '"host", "--config"',
  },
  {
    pattern: /^(ghrunners restore-protection|pulumi up --replace URN)$/,
    test: "test/engine/cli/drift/drift.engine.test.ts",
    by: "restoreProtection(lab.stack)",
  },
  {
    pattern: /^ghrunners doctor( --json| --limit 60)?$/,
    test: "test/rehearsal/03-doctor.test.ts",
    by: '["ghrunners", "doctor", ...limit, "--json"]',
  },
  {
    pattern: /^ghrunners restore-monitoring$/,
    test: "test/rehearsal/03-drift.test.ts",
    by: "ghrunners restore-monitoring",
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
  { pattern: /^npm run bench -- --only (exporter|failover|detection --runs 1)$/, test: own, by: '["bench", "--help"]' },
  {
    pattern: /^ghrunners deploy (--direct|--version \S+ --direct( --check)?( --plan \S+)?)$/,
    test: "lab/driver/demo-app.ts",
    by: '"deploy", "--direct", "--version"',
  },
  {
    pattern: /^ghrunners review (--list|--criteria|ID|latest( --kind (postmortem|checklist))?)$/,
    test: "test/rehearsal/14-review.test.ts",
    by: 'review<ReviewDocument>("latest", "--kind", "postmortem")',
  },
  {
    pattern: /^ghrunners rollback-runners( --dry-run| --automatic)?$/,
    test: "test/rehearsal/04-rollback.test.ts",
    by: 'rollback("--dry-run")',
  },
  {
    pattern: /^ghrunners maintenance( start (primary --for 2h --reason "a new disk")| end (primary|secondary))?$/,
    test: "test/rehearsal/11-maintenance.test.ts",
    by: '["maintenance", "start", "primary", "--for", "2h", "--reason", "a new disk"]',
  },
  {
    pattern: /^ghrunners patch( --apply| secondary --apply --for 1h)?$/,
    test: "test/rehearsal/11-patch.test.ts",
    by: '["ghrunners", "patch", ...args]',
  },
  {
    pattern: /^sudo (systemctl reboot|apt-get update -q && .*apt-get --yes --with-new-pkgs upgrade .*)$/,
    test: "test/machine/components/packages.machine.test.ts",
    by: "takes updates by the commands of the how-to guide",
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
    by: "ghrunners completion bash",
  },
  {
    pattern: /^ghrunners deploy --bundle( \.github\/scripts\/deployer\.cjs)?$/,
    test: "test/unit/deploy/deployer/bundle.test.ts",
    by: '"deploy", "--bundle", file',
  },
  {
    pattern: /^ghrunners console$/,
    test: "test/unit/cli/console/command.test.ts",
    by: '"console", "--stack", "acme", "--json"',
  },
  { pattern: /^npm run scenarios( -- (--list|--only us3))?$/, test: own, by: '["scenarios", "--list"]' },
  {
    pattern: /^npm run simulate( -- (--runs \d+ --seed \d+|--reverted))?$/,
    test: "test/simulation/simulation.test.ts",
    by: 'main("--runs", "3", "--seed", "1", "--json")',
  },
  { pattern: /^npm run bench -- --only deployments( --seed 20261125)?$/, test: own, by: '["bench", "--help"]' },
  {
    pattern: /^npm run lab -- host (up app|remove NAME)$/,
    test: "test/rehearsal/13-rotation.test.ts",
    by: 'labCommand("host", "up", "app")',
  },
  {
    pattern: /^UPDATE_SNAPSHOTS=1 npx mocha test\/unit\/snapshots\/\w+\.test\.ts$/,
    test: "test/unit/snapshots/snapshot.test.ts",
    by: "UPDATE_SNAPSHOTS=1 ",
  },
];
