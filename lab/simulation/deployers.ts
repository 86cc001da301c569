/**
 * Who deploys: jobs that GitHub gives to runners, and people who deploy without GitHub. What each reported is kept, to
 * be compared with what really happened.
 */
import type { DeployerOutcome, DeployerRequest } from "@ghrunners/deploy/deployer/carry-out";
import type { GateJudge } from "./gate";
import { complete, type SimulatedRun, type SimulatedRunner } from "./github";
import type { SimulatedHost } from "./host";
import { SimulatedProcess } from "./processes";
import { textAt } from "./programs";
import { SECRETS, type SimulatedSite } from "./site";

/** How often a run that waits looks for a free runner. */
const TICK_MS = 1_000;
/** After this time without its runner, GitHub ends a job as failed. */
const LOST_MS = 60_000;

/** A deployer that has come to an end. */
export interface DeployerResult {
  readonly who: string;
  readonly version: string;
  /** Exit code; 137: killed. */
  readonly code: number;
  readonly words: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly crashed: boolean;
}

export const labelsOf = (role: string): string[] => ["self-hosted", "linux", "x64", "production", role];

export class Deployers {
  readonly results: DeployerResult[] = [];
  /** Deployers that are running. */
  readonly atWork = new Set<SimulatedProcess>();
  /** Everything that any of them printed. */
  consoles = "";

  constructor(
    private readonly site: SimulatedSite,
    private readonly gate: GateJudge,
  ) {
    site.github.onRun = (run) => this.begin(run);
    for (const [host, role] of [
      [site.primary, "primary"],
      [site.secondary, "secondary"],
    ] as const)
      site.github.runners.push({ name: host.name, labels: labelsOf(role), online: true, busy: false });
    this.look();
  }

  /** GitHub notices late which runners are online. */
  private look(): void {
    this.site.loop.later(10_000, () => {
      for (const runner of this.site.github.runners) runner.online = this.isThere(runner);
      this.look();
    });
  }

  private hostOf({ name }: SimulatedRunner): SimulatedHost {
    return this.site.hosts.get(name) as SimulatedHost;
  }

  private isThere(runner: SimulatedRunner): boolean {
    const { network, github } = this.site;
    return network.isOpen(this.hostOf(runner), github.host);
  }

  dispatch(inputs: SimulatedRun["inputs"]): void {
    this.begin(this.site.github.dispatch(inputs));
  }

  private begin(run: SimulatedRun): void {
    const { loop, github } = this.site;
    const attempt = run.attempt;
    loop.later(loop.random("gate").between(1_000, 4_000), () => {
      if (run.attempt !== attempt || run.status === "completed") return;
      run.variable = github.variables.get("DEPLOY_RUNNER") ?? "";
      const now = new Date(github.host.wall());
      const wanted = run.inputs.runner ?? "auto";
      const choice = this.gate.judgeChoice({ variable: run.variable, wanted, label: "production", now });
      const verdict = choice.go ? this.gate.judgeRunners(choice, github.runners) : choice;
      if (!verdict.go) {
        loop.note(`gate of run ${run.id}: ${verdict.reason}`);
        return complete(run, "failure");
      }
      Object.assign(run, {
        gate: "completed",
        deploy: "queued",
        labels: verdict.labels,
        reason: verdict.reason,
        status: "queued",
      });
      this.assign(run, attempt);
    });
  }

  /** One deployment at a time, on a runner that is there and idle. */
  private assign(run: SimulatedRun, attempt: number): void {
    const { loop, github } = this.site;
    if (run.attempt !== attempt || run.status === "completed") return;
    const runner = github.runners.find(
      (each) =>
        this.isThere(each) && each.online && !each.busy && run.labels.every((label) => each.labels.includes(label)),
    );
    if (runner === undefined || github.runs.some(({ deploy }) => deploy === "in_progress"))
      return void loop.later(TICK_MS, () => this.assign(run, attempt));
    Object.assign(run, { deploy: "in_progress", status: "in_progress" });
    runner.busy = true;
    this.work(run, this.hostOf(runner), runner);
  }

  private work(run: SimulatedRun, host: SimulatedHost, runner: SimulatedRunner): void {
    const { site } = this;
    const { version = "", id } = run.inputs;
    site.checkout(host);
    host.disk.write(
      host.disk.find("/job/output", false) ?? host.disk.create("/job/output", "file", 0o600),
      Buffer.alloc(0),
      "",
    );
    const deploy = [
      "deploy",
      "--plan",
      "/job/plan.yaml",
      "--version",
      version,
      ...(id === undefined ? [] : ["--id", id]),
    ];
    const job = this.start(host, `deployer of run ${run.id}`, version, deploy, run);
    run.cancel = () => job.signal("SIGINT");
    job.whenEnded((code) => {
      const recorded = /^id=(.+)$/m.exec(textAt(host.disk, "/job/output") ?? "")?.[1];
      const over = (): void => {
        runner.busy = false;
        complete(run, code === 0 ? "success" : "failure");
      };
      if (!host.isUp) return void site.loop.later(LOST_MS, over);
      if (recorded === undefined) return over();
      this.report(host, recorded, run).whenEnded(over);
    });
  }

  /** The last step of a job: what became of the deployment, and its incident's issue. */
  report(host: SimulatedHost, id: string, run?: SimulatedRun): SimulatedProcess {
    this.site.checkout(host);
    return this.start(host, `report of ${id}`, "", ["report", "--plan", "/job/plan.yaml", "--id", id], run);
  }

  private start(
    host: SimulatedHost,
    name: string,
    version: string,
    words: readonly string[],
    run?: SimulatedRun,
  ): SimulatedProcess {
    const { site } = this;
    const env = {
      GITHUB_SERVER_URL: "https://github.example",
      GITHUB_REPOSITORY: "o/r",
      GITHUB_RUN_ID: String(run?.id ?? 1),
      GITHUB_RUN_ATTEMPT: String(run?.attempt ?? 1),
      GITHUB_ACTOR: "ada",
      GITHUB_TOKEN: SECRETS.githubToken,
      GITHUB_OUTPUT: "/job/output",
      GITHUB_STEP_SUMMARY: "/job/summary",
      RUNNER_NAME: host.name,
      DEPLOY_ENVIRONMENT: "production",
      DEPLOY_TARGETS: JSON.stringify([{ name: "target", address: "target", user: "deploy", hostKey: "ecdsa AAAA" }]),
      DEPLOY_RUNNER: run?.variable ?? "",
      GATE_LABELS: JSON.stringify(run?.labels ?? []),
      GATE_REASON: run?.reason ?? "",
      WANTED_RUNNER: run?.inputs.runner ?? "auto",
    };
    const main = (): void => site.linker.run("packages/deploy/deployer/main.ts");
    return this.follow(SimulatedProcess.start(host, { name, argv: words, env, main }), version);
  }

  private follow(process: SimulatedProcess, version: string): SimulatedProcess {
    const { loop } = this.site;
    const startedAt = loop.now;
    process.stdin.end(SECRETS.privateKey);
    this.atWork.add(process);
    process.whenEnded((code) => {
      this.atWork.delete(process);
      this.consoles += process.stdout + process.stderr;
      const last = process.stdout.trim().split("\n").at(-1) ?? "";
      loop.note(`${process.name} ends with ${code}: ${last.slice(0, 200)}`);
      const words = process.stdout;
      this.results.push({
        who: process.name,
        version,
        code,
        words,
        startedAt,
        endedAt: loop.now,
        crashed: process.crashed,
      });
    });
    return process;
  }

  /** A person, past GitHub: the same functions as `ghrunners deploy --direct`. */
  direct(version: string, action: DeployerRequest["action"], id?: string): SimulatedProcess {
    const { site } = this;
    const host = site.operator;
    site.checkout(host);
    const { carryOut, exitCodeOf, stopSignal } = site.linker.load<
      typeof import("@ghrunners/deploy/deployer/carry-out")
    >("packages/deploy/deployer/carry-out.ts");
    const { renderResult } = site.linker.load<typeof import("@ghrunners/deploy/render")>("packages/deploy/render.ts");
    const { readPlan } = site.linker.load<typeof import("@ghrunners/deploy/plan/parse")>(
      "packages/deploy/plan/parse.ts",
    );
    const process: SimulatedProcess = SimulatedProcess.start(host, {
      name: `operator's ${action} of ${version}`,
      main: () => {
        const say = (line: string): void => void (process.stdout += `${line}\n`);
        const order = (): DeployerRequest => ({
          plan: readPlan("/job/plan.yaml"),
          folder: "/job",
          version,
          action,
          address: { host: "target", user: "deploy", hostKey: "ecdsa AAAA" },
          privateKey: SECRETS.privateKey,
          owner: "ada@operator",
          id,
        });
        const agent = { install: "install", look: "look", files: [] };
        const ended = async (): Promise<DeployerOutcome> => carryOut(order(), { agent, say, signal: stopSignal() });
        ended().then(
          (outcome) => {
            say(renderResult(outcome).trimEnd());
            process.exit(exitCodeOf(outcome, action));
          },
          (error: Error) => {
            say(`Error: ${error.message}`);
            process.exit(1);
          },
        );
      },
    });
    return this.follow(process, version);
  }
}
