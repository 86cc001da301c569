import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { runCommand, WrongUse } from "../command";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import type { Settings } from "@ghrunners/config/parse";
import { parseMaintenance, type Maintenance } from "@ghrunners/failover/choice/maintenance";
import { readState } from "../drift/drift";
import { runInside } from "../inside";
import { monitoringUrls } from "../monitoring/address";
import { openStack, stackName, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import type { ChangeInput } from "./change.worker";
import type { LookInput, Seen } from "./look.worker";
import { decide, runnerMeant, secondsOf } from "./plan";
import { renderReport, reportOf } from "./report";

const help = `usage: npm run ops -- maintenance [--json]
       npm run ops -- maintenance start RUNNER --for 2h --reason TEXT [--extend] [--force WORDS] [--dry-run]
       npm run ops -- maintenance end RUNNER|--all

Takes a runner out of service for a time: deployments go to another one, its own alerts are silent, and the command waits
until it is idle. RUNNER: a name, primary or secondary. Everything ends by itself at the end of the time.
Without a verb: who is in maintenance, until when, why.
  --for      how long: 30m, 2h, 1d, at most 7d
  --extend   a later end for a maintenance that is on; without it the same command only carries on
  --force    in words, when no other runner is healthy
  --dry-run  says what would be done
Exit code: 0 done, 1 refused or failed, 2 wrong use. JSON schema: packages/cli/maintenance/report.schema.json
`;

const options = {
  for: { type: "string" },
  reason: { type: "string" },
  extend: { type: "boolean", default: false },
  force: { type: "string" },
  all: { type: "boolean", default: false },
  "dry-run": { type: "boolean", default: false },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

interface Place {
  readonly stack: Stack;
  readonly settings: Settings;
  readonly alertmanager: string | null;
  readonly github: ChangeInput["github"];
}

async function open(): Promise<Place> {
  const stack = await openStack(stackName(), note);
  const settings = await settingsOf(stack.engine);
  if (settings.hosts === "skip")
    throw new Error(
      `The stack ${stack.name} has machines without guests (hosts: skip): no runner can be in maintenance.`,
    );
  const { url, repository } = settings.github;
  return {
    stack,
    settings,
    alertmanager: monitoringUrls(settings)?.alertmanager ?? null,
    github: { url, repository, token: settings.githubToken },
  };
}

/** Looks at the runners by both views, at the variable and at the silences. */
async function look({ stack, settings, alertmanager, github }: Place): Promise<Seen> {
  const state = await readState(stack);
  const runners = settings.runners.flatMap(({ name, role }) => {
    const made = state.runners.find((runner) => runner.name === name);
    if (made === undefined) return [];
    const labels = runnerLabels(settings.environment, role, settings.agent.extraLabels);
    const { id: runnerId, unit, host } = made;
    return [{ runnerName: name, role, runnerId, labels, version: settings.agent.version, unit, host }];
  });
  const input: LookInput = { github, sshPrivateKey: settings.sshPrivateKey, runners, alertmanager };
  return runInside<LookInput, Seen>(stack.engine, "packages/cli/maintenance/look.worker.ts", input);
}

function entriesOf({ variable }: Seen): readonly Maintenance[] {
  const seen = parseMaintenance(variable ?? undefined, new Date());
  if (!seen.known) throw new Error(`${seen.problem} Next: npm run ops -- maintenance end --all`);
  return seen.runners;
}

const change = ({ stack, settings, alertmanager, github }: Place, what: ChangeInput["change"]): Promise<null> =>
  runInside<ChangeInput, null>(stack.engine, "packages/cli/maintenance/change.worker.ts", {
    github,
    environment: settings.environment,
    alertmanager,
    change: what,
  });

type Values = ReturnType<typeof parse>["values"];

async function start(given: string, values: Values): Promise<number> {
  if (values.for === undefined || !values.reason?.trim()) throw new WrongUse(help);
  const seconds = secondsOf(values.for);
  const place = await open();
  const { name } = runnerMeant(place.settings.runners, given);
  const by = `${process.env.GITHUB_ACTOR ?? process.env.USER ?? "unknown"}@${hostname()}`;
  const wish = { runner: name, seconds, reason: values.reason.trim(), by, extend: values.extend, force: values.force };
  const seen = await look(place);
  const decision = decide(wish, seen.runners, entriesOf(seen), new Date());
  if (decision.kind === "refuse") throw new Error(decision.why);
  const { entry, isNew } = decision;
  const waitSeconds = place.settings.safety.drainTimeoutMinutes * 60;
  if (values["dry-run"]) {
    const steps = [
      `${isNew ? "write" : "keep"} the entry of ${name} until ${entry.until} in RUNNER_MAINTENANCE`,
      place.alertmanager === null ? "no silence: the stack has no monitoring host" : `silence its alerts until then`,
      `wait until no deployment is sent to it and it is idle, at most ${waitSeconds / 60} min`,
    ];
    process.stdout.write(`${steps.map((step, index) => `${index + 1}. ${step}`).join("\n")}\nNothing was changed.\n`);
    return 0;
  }
  if (!isNew) note(`${name} is in maintenance already: carrying on`);
  await change(place, { verb: "start", entry, waitSeconds });
  process.stdout.write(`${name} is idle and in maintenance until ${entry.until}. It may be worked on.\n`);
  return 0;
}

async function end(given: string | undefined, all: boolean): Promise<number> {
  if ((given === undefined) !== all) throw new WrongUse(help);
  const place = await open();
  const { runners } = place.settings;
  const names = given === undefined ? runners.map(({ name }) => name) : [runnerMeant(runners, given).name];
  const seen = all ? parseMaintenance((await look(place)).variable ?? undefined, new Date()) : undefined;
  await change(place, { verb: "end", runners: names, evenUnreadable: seen?.known === false });
  process.stdout.write(`${names.join(" and ")}: in service.\n`);
  return 0;
}

async function status(json: boolean | undefined): Promise<number> {
  const place = await open();
  const seen = await look(place);
  const report = reportOf(place.settings.environment, seen.runners, entriesOf(seen), seen.silences);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report));
  return 0;
}

const parse = () => parseArgs({ options, allowPositionals: true });

async function main(): Promise<number> {
  const { values, positionals } = parse();
  const [verb, runner, ...more] = positionals;
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (more.length > 0) throw new WrongUse(help);
  if (verb === undefined) return status(values.json);
  if (verb === "start" && runner !== undefined) return start(runner, values);
  if (verb === "end") return end(runner, values.all);
  throw new WrongUse(help);
}

runCommand(main);
