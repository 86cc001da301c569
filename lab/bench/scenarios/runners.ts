import { readFileSync } from "node:fs";
import path from "node:path";
import type { Instance } from "../../instance";
import { reasonForApiOnly } from "../../mode";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import type { Settings } from "@ghrunners/config/parse";
import { enterLab } from "../../pulumi/open";
import { inside, type LabSession, pulumiLine } from "../../pulumi/session";
import { runWorker } from "../../worker";
import { projectRoot } from "@ghrunners/core/project-root";
import type { RunnersInput, BenchRunner } from "../inside/runners";
import { withInstance, withLab, type BenchLab } from "../labs";
import { prepareAnsible } from "../peer/ansible";
import { prepareTofu } from "../peer/tofu";
import { ensurePeerTools, type PeerTools } from "../peer/tools";
import { assertHostsUnchanged, assertMachinesUnchanged } from "../peer/unchanged";
import { recordTiming, type Bench, type BenchScenario } from "../scenario";
import { sameJob } from "../same-job";
import { timed, type TimedCommand, type CommandTiming } from "../timed";

/** `npm start` as a newcomer types it, in the benchmark's lab. */
const start = (instance: Instance): TimedCommand => ({
  line: ["npm", "start"],
  cwd: projectRoot,
  env: { ...process.env, GHRUNNERS_LAB: instance.name },
});

/** A command line that runs inside the lab. */
const command = ({ env }: LabSession, line: readonly string[]): TimedCommand => ({ line, cwd: projectRoot, env });

const logFile = (instance: Instance, name: string): string =>
  path.join(path.dirname(instance.state), `${instance.name}-logs`, name);

/** @throws Error unless GitHub shows exactly the configured runners, online, with exactly their labels */
async function assertOnline({ lab, session }: BenchLab, settings: Settings, who: string): Promise<void> {
  const { url, repository } = settings.github;
  const input: RunnersInput = { url, repository, token: lab.secrets.githubToken };
  const seen = await runWorker<RunnersInput, BenchRunner[]>(session, "lab/bench/inside/runners.ts", input);
  const line = ({ name, status, labels }: BenchRunner): string => `${name} ${status} [${labels.join(", ")}]`;
  const text = (views: readonly BenchRunner[]): string => views.map(line).sort().join("; ");
  const expected = settings.runners.map(({ name, role }) => ({
    name,
    status: "online",
    labels: runnerLabels(settings.environment, role, settings.agent.extraLabels)
      .map((label) => label.toLowerCase())
      .sort(),
  }));
  if (text(seen) === text(expected)) return;
  throw new Error(
    `${who} ended in another state than it should. Seen: ${text(seen) || "no runner"}. Expected: ${text(expected)}.`,
  );
}

/** When the last of the configured runners first came online, by GitHub's own event log; ms since the epoch. */
export function allOnlineAt(events: string, names: readonly string[]): number {
  const first = new Map<string, number>();
  for (const line of events.split("\n").filter((text) => text !== "")) {
    const event = JSON.parse(line) as { kind: string; at: string; name?: string };
    if (event.kind === "runner.online" && event.name !== undefined && !first.has(event.name)) {
      first.set(event.name, Date.parse(event.at));
    }
  }
  const times = names.map((name) => first.get(name));
  if (times.some((time) => time === undefined))
    throw new Error(`The event log shows not all of ${names.join(", ")} online.`);
  return Math.max(...(times as number[]));
}

/** `npm start` from nothing but warm caches, until GitHub shows the last runner online. */
async function bringUp(bench: Bench, round: number): Promise<void> {
  await withInstance(bench, "machines", async (instance) => {
    const startedAt = Date.now();
    const timing = await timed(start(instance), logFile(instance, "start.log"), bench.signal);
    const events = readFileSync(path.join(instance.github, "events.jsonl"), "utf8");
    const seconds = (allOnlineAt(events, ["lab-runner", "lab-runner-secondary"]) - startedAt) / 1000;
    recordTiming(bench, { measure: "start/two-online", subject: "ghrunners", round }, { ...timing, seconds });
    recordTiming(bench, { measure: "start/whole", subject: "ghrunners", round }, timing);
    const session = await enterLab(instance, bench.say);
    const again = command(session, pulumiLine(session, ["up", "--expect-no-changes"]));
    const noOp = await timed(again, logFile(instance, "start-no-op.log"), bench.signal);
    recordTiming(bench, { measure: "start/no-op", subject: "ghrunners", round }, noOp);
    const gate = await timed(
      command(session, inside(session, ["ghrunners", "gate"])),
      logFile(instance, "gate.log"),
      bench.signal,
    );
    recordTiming(bench, { measure: "gate/command", subject: "ghrunners", round }, gate);
  });
}

async function own(bench: Bench, round: number): Promise<void> {
  await withLab(bench, "machines", async (bed) => {
    const { instance } = bed.lab;
    const { file, settings } = sameJob(bed);
    const job = ["--config-file", file];
    const up = (name: string, ...args: string[]): Promise<CommandTiming> =>
      timed(
        command(bed.session, pulumiLine(bed.session, ["up", ...job, ...args])),
        logFile(instance, `${name}.log`),
        bench.signal,
      );
    const label = { subject: "ghrunners", round } as const;
    recordTiming(bench, { measure: "runners/first-run", ...label }, await up("own-first"));
    await assertOnline(bed, settings, "The program");
    recordTiming(bench, { measure: "runners/no-op", ...label }, await up("own-no-op", "--expect-no-changes"));
  });
}

async function peer(bench: Bench, tools: PeerTools, round: number): Promise<void> {
  await withLab(bench, "machines", async (bed) => {
    const { lab } = bed;
    const { settings } = sameJob(bed);
    const folder = path.join(lab.instance.state, "peer");
    const tofu = prepareTofu(tools, lab, settings, folder);
    const ansible = await prepareAnsible(lab, settings, folder);
    const apply = tofu.command("apply", "-auto-approve", "-input=false", "-no-color");
    const log = (name: string, tool: string): string => logFile(lab.instance, `peer-${name}-${tool}.log`);
    const both = async (name: string): Promise<CommandTiming[]> => {
      const machines = await timed(apply, log(name, "tofu"), bench.signal);
      return [machines, await timed(ansible.playbook, log(name, "ansible"), bench.signal)];
    };
    const label = { subject: "opentofu+ansible", round } as const;
    try {
      recordTiming(bench, { measure: "runners/first-run", ...label }, ...(await both("first")));
      await assertOnline(bed, settings, "The peer");
      recordTiming(bench, { measure: "runners/no-op", ...label }, ...(await both("no-op")));
      assertMachinesUnchanged(readFileSync(log("no-op", "tofu"), "utf8"));
      assertHostsUnchanged(readFileSync(log("no-op", "ansible"), "utf8"));
    } finally {
      ansible.close();
    }
  });
}

/** Two runners on machines: the program against OpenTofu with Ansible, from the same lab to the same state. */
export const runners: BenchScenario = {
  name: "runners",
  describes: "two runners on machines: npm start, first run and no-op, against OpenTofu with Ansible",
  bars: [
    { measure: "start/two-online", seconds: 60 },
    { measure: "start/no-op", seconds: 4 },
    { measure: "runners/no-op", seconds: 4 },
  ],
  async run(bench: Bench): Promise<void> {
    const reason = reasonForApiOnly();
    if (reason !== undefined) return bench.omit("runners", reason);
    const tools = await ensurePeerTools(bench, { ansible: true });
    for (let round = 1; round <= bench.rounds; round += 1) {
      await bringUp(bench, round);
      await own(bench, round);
      await peer(bench, tools, round);
    }
  },
};
