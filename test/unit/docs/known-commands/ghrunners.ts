import type { KnownCommand } from "./known-command";

const noRoot = "test/engine/cli/no-root.engine.test.ts";
const init = "test/engine/cli/init/init.engine.test.ts";
const firstDay = "test/rehearsal/first-day.test.ts";

/** Commands of `ghrunners`, and what they print for a shell. */
export const ghrunnersCommands: readonly KnownCommand[] = [
  {
    pattern: /^(npm run lab -- exec -- )?(npx )?ghrunners (status( --json| --stack team)?|--help)$/,
    test: noRoot,
    by: '"ghrunners", "status", "--json"',
  },
  {
    pattern: /^ghrunners status --watch$/,
    test: "test/integration/cli/without-pulumi.integration.test.ts",
    by: '"status", "--stack", "acme", "--watch"',
  },
  // The start runs it on the primary, and the test reads its line.
  {
    pattern: /^ghrunners runbook( RunnerOffline| ALERT)?$/,
    test: "test/engine/docs/commands.engine.test.ts",
    by: '"ghrunners", "runbook", "RunnerOffline"',
  },
  {
    pattern: /^ghrunners smoke --role primary$/,
    test: "test/rehearsal/long/failing-runner.test.ts",
    by: '["ghrunners", "smoke", "--role", "primary"]',
  },
  { pattern: /^ghrunners smoke$/, test: "test/rehearsal/from-nothing.test.ts", by: 'npmScriptLine("start")' },
  {
    pattern: /^ghrunners blast-radius (FILE|preview\.json)$/,
    test: "test/unit/cli/blast-radius/blast-radius.test.ts",
    by: '"packages/cli/main.ts", "blast-radius"',
  },
  {
    pattern: /^ghrunners (pause( --note "[\w ]+" --for \d+h)?|resume)$/,
    test: "test/rehearsal/long/maintenance.test.ts",
    by: '["pause", "--note", "database migration", "--for", "2h"]',
  },
  {
    pattern: /^(npx )?ghrunners init( --check| --stack team --from answers\.yaml --passphrase-file \S+)?$/,
    test: init,
    by: '"ghrunners", "init", "--stack", stack',
  },
  {
    pattern: /^export GHRUNNERS_INIT_\w+=\S+$/,
    test: "test/engine/cli/init/environment.engine.test.ts",
    by: '"ghrunners", "init", "--stack", stack, "--check"',
  },
  {
    pattern: /^ghrunners init( --stack team --from answers\.yaml)? --register( --passphrase-file \S+)?$/,
    test: "test/engine/cli/init/apps.engine.test.ts",
    by: '"ghrunners", "init", "--stack", stack',
  },
  {
    pattern: /^ghrunners init --stack team( --from deployment\.yaml)?$/,
    test: "test/engine/cli/init/questions.engine.test.ts",
    by: '"ghrunners", "init", "--stack", named',
  },
  {
    pattern:
      /^(npx )?ghrunners setup proxmox( --storage local-zfs --bridge vmbr1 --pool runners| --image-storage local| --admin-cidr \S+)?$/,
    test: init,
    by: '"ghrunners", "setup", "proxmox"',
  },
  {
    pattern: /^ghrunners setup github$/,
    test: init,
    by: '"ghrunners", "setup", "github"',
  },
  {
    pattern: /^ghrunners setup github --register( --open)?$/,
    test: "test/unit/cli/setup/app-registration.test.ts",
    by: "await serveRegistration(registration, { port: 0",
  },
  {
    pattern: /^ghrunners setup github-credential .+ \| pulumi config set --secret ghrunners:failoverToken$/,
    test: "test/unit/cli/setup/github.test.ts",
    by: "credentialOf({ appId, installationId, keyFile })",
  },
  // Of the first day on real systems: the same as in the lab, with addresses of examples.
  {
    pattern:
      /^ghrunners setup (monitoring --apply --host \S+ --user operator --key-file \S+ --on-call-url \S+ --host-key "[^"]+"|workflows --from answers\.yaml --apply)$/,
    test: firstDay,
    by: 'runFirstDay(session, "person", say)',
  },
  {
    pattern: /^(ghrunners status --wait|ghrunners deploy --version 1|ghrunners rotate DEPLOY_KEY --apply)$/,
    test: firstDay,
    by: 'runFirstDay(session, "person", say)',
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
    test: "test/rehearsal/long/drift.test.ts",
    by: '["ghrunners", "prune", "--apply"]',
  },
  {
    pattern: /^(ghrunners support( --list| --output support\.tar\.gz)?|tar -tzf support\.tar\.gz)$/,
    test: "test/rehearsal/long/support.test.ts",
    by: '["ghrunners", "support", "--output", file]',
  },
  {
    pattern: /^ghrunners dashboards (render|check)$/,
    test: "test/integration/cli/dashboards/dashboards.integration.test.ts",
    by: 'command("render"',
  },
  {
    pattern:
      /^ghrunners-exporter (host|fleet|switch) +--config \/etc\/ghrunners\/((runner|fleet)-exporter|failover-switch)\.json$/,
    test: "test/integration/exporter/host-view.integration.test.ts",
    by: '"host", "--config"',
  },
  {
    pattern: /^ghrunners restore-protection$/,
    test: "test/engine/cli/drift/drift.engine.test.ts",
    by: '"ghrunners", "restore-protection"',
  },
  {
    pattern: /^ghrunners doctor( --json| --limit 60)?$/,
    test: "test/rehearsal/long/doctor.test.ts",
    by: '["ghrunners", "doctor", ...limit, "--json"]',
  },
  {
    pattern: /^ghrunners restore-monitoring$/,
    test: "test/rehearsal/long/drift.test.ts",
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
    test: "test/rehearsal/long/review.test.ts",
    by: 'review<ReviewDocument>("latest", "--kind", "postmortem")',
  },
  {
    pattern: /^ghrunners rollback-runners( --dry-run| --automatic| --stack \w+)?$/,
    test: "test/rehearsal/long/rollback.test.ts",
    by: 'rollback("--dry-run")',
  },
  {
    pattern: /^ghrunners maintenance( start (primary --for 2h --reason "a new disk")| end (primary|secondary))?$/,
    test: "test/rehearsal/long/maintenance.test.ts",
    by: '["maintenance", "start", "primary", "--for", "2h", "--reason", "a new disk"]',
  },
  {
    pattern: /^ghrunners patch( --apply| secondary --apply --for 1h)?$/,
    test: "test/rehearsal/long/patch.test.ts",
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
];
