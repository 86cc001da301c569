import { firstDaySteps } from "@ghrunners/lab/first-day/steps";
import type { KnownCommand } from "./known-command";

const noRoot = "test/engine/cli/no-root.engine.test.ts";
const own = "test/engine/docs/commands.engine.test.ts";
const firstDay = "test/engine/lab/first-day.engine.test.ts";

/** Exactly the commands of the first day that need machines, or that need none. Others name status and doctor. */
function ofFirstDay(needsMachines: boolean): RegExp {
  const steps = firstDaySteps.filter((step) => (step.needsMachines ?? false) === needsMachines);
  const lines = steps
    .flatMap(({ commands }) => commands)
    .filter((line) => !/^(ghrunners (status|doctor)|pulumi up.*)$/.test(line) || !needsMachines);
  return new RegExp(`^(${lines.map((line) => line.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")})$`);
}

/** Commands of the lab, its scenarios and its benchmark. */
export const labCommands: readonly KnownCommand[] = [
  { pattern: /^npm start$/, test: noRoot, by: 'command("start")' },
  {
    pattern: /^npm run lab -- exec -- pulumi up --refresh$/,
    test: noRoot,
    by: '"pulumi", "up", "--yes", "--skip-preview", "--refresh"',
  },
  {
    pattern: /^npm start -- --owner organization$/,
    notRun:
      "it takes minutes; no-root.engine.test.ts has it refused, and lab up --owner organization makes the same lab",
  },
  {
    pattern: /^npm run lab -- up --owner organization$/,
    test: own,
    by: '["lab", "up", "--owner", "organization"]',
  },
  { pattern: /^npm run lab -- up$/, test: own, by: '["lab", "up"]' },
  { pattern: ofFirstDay(false), test: firstDay, by: "runFirstDay(session, owner, say)" },
  {
    pattern: ofFirstDay(true),
    test: "test/rehearsal/first-day.test.ts",
    by: 'runFirstDay(session, "person", say)',
  },
  {
    pattern: /^npm run lab -- first-day( --blank organization)?$/,
    notRun: "it takes minutes; first-day.engine.test.ts runs its steps that need no machines by the same function",
  },
  {
    pattern: /^npm run lab -- up --blank (person|organization)$/,
    test: firstDay,
    by: 'openLab(instance, { say, mode: "api-only", blank: owner })',
  },
  {
    pattern: /^npm run lab -- matrix$/,
    test: "test/engine/lab/matrix.engine.test.ts",
    by: 'npmScriptLine("lab", "matrix", "--json")',
  },
  { pattern: /^npm run lab -- node-shell$/, test: firstDay, by: "runFirstDay(session, owner, say)" },
  { pattern: /^npm run lab -- down$/, test: noRoot, by: 'command("lab", "down")' },
  { pattern: /^npm run lab -- down --with-stacks$/, test: own, by: '["lab", "down", "--with-stacks"]' },
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
    test: "test/rehearsal/long/deploy-through-github.test.ts",
    by: 'labCommand("reviewer", "off")',
  },
  {
    pattern: /^npm run lab -- demo-app$/,
    test: "test/rehearsal/long/deploy-through-github.test.ts",
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
  { pattern: /^npm run bench -- --help$/, test: own, by: '["bench", "--help"]' },
  {
    pattern: /^npm run bench( -- (--json --runs 1|--only (runners|exporter|failover|detection|deployments)).*)?$/,
    notRun: "it measures for minutes, on a machine that does nothing else; --help is run",
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
    test: "test/rehearsal/long/rotation.test.ts",
    by: 'labCommand("host", "up", "app")',
  },
  {
    pattern: /^npm run lab -- host remove NAME$/,
    test: "test/rehearsal/long/rotation.test.ts",
    by: 'labCommand("host", "remove", "app")',
  },
];
