import { Octokit } from "@octokit/rest";
import type { LabEvent } from "../kit/event-log";
import { adminRequest } from "../admin";
import { clearFault, setFault } from "../fault-commands";
import { currentInstance } from "../instance";
import { loopbackPorts } from "../forwards";
import { labDown, type Lab, type LabOptions } from "../lifecycle";
import type { LabMode } from "../mode";
import { type RepositoryOwner, repositoryOf } from "../owner";
import { scriptEnvironment, scriptPath } from "../machines/script";
import { socketOf } from "../service";
import { topology } from "../topology";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import type { Stack } from "@ghrunners/cli/pulumi/stack";
import { openLab } from "../pulumi/open";
import { inside, type LabSession, pulumiLine, stackOfSession } from "../pulumi/session";
import { projectRoot } from "@ghrunners/core/project-root";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess, type Finished, type RunOptions } from "@ghrunners/core/process";
import type { StatusReport } from "@ghrunners/cli/status/report";
import { openedLabs } from "./opened-labs";
import { until } from "@ghrunners/core/until";
import { callProxmox, readJobLog } from "./api-calls";
import { type EngineRun, runEngine, type StackSettings } from "./engine-run";

export const primary = { role: "primary", name: "lab-runner", vmId: 151, address: "198.51.100.51" } as const;
export const secondary = {
  role: "secondary",
  name: "lab-runner-secondary",
  vmId: 152,
  address: "198.51.100.52",
} as const;

const say = (): void => undefined;

/** @throws Error with its words when it failed */
function succeeds(what: string, result: Finished): Finished {
  if (result.code !== 0) throw new Error(`${what} ended with exit code ${result.code}:\n${result.all}`);
  return result;
}

/** One lab of the tests: runs the real engine in it and reads the state of both services. */
export class Rehearsal {
  private constructor(
    readonly session: LabSession,
    readonly octokit: Octokit,
  ) {}

  /**
   * Brings the instance up (GHRUNNERS_LAB, default "test") or finds it as an earlier test file left it.
   * @param mode counts when the instance is made; default: machines where they can run
   * @param options the owner of the repository: default an organization, whose environment has a reviewer, where a
   * person's has not; what makes another Proxmox VE or GitHub of the usual one
   */
  static async open(
    mode?: LabMode,
    options: Pick<LabOptions, "proxmox" | "github" | "owner"> = {},
  ): Promise<Rehearsal> {
    process.env.GHRUNNERS_LAB ||= "test";
    openedLabs.add(process.env.GHRUNNERS_LAB);
    const session = await openLab(currentInstance(), {
      owner: "organization",
      say,
      forward: true,
      mode,
      ...options,
    }).catch(async (error: Error): Promise<never> => {
      // The files after this one begin with a new lab, not with the same failure.
      await Rehearsal.close();
      throw new Error(`The lab could not be opened and was taken down: ${error.message}`, { cause: error });
    });
    const { lab } = session;
    const octokit = new Octokit({
      auth: lab.secrets.githubToken,
      baseUrl: `https://127.0.0.1:${loopbackPorts(lab.instance).github}/api/v3`,
      // Tests poll until something exists; each 404 on the way would be a line in the report.
      log: { debug: say, info: say, warn: say, error: say },
    });
    return new Rehearsal(session, octokit);
  }

  /**
   * Like {@link open}, with both runners up as configured and no alerts: the start of most tests. What an earlier test
   * file left healthy is taken as it is; a file that changes the configuration takes it back at its end. Where an up
   * does not repair what is broken, the lab is taken down, so that the tests after this one begin with a new lab and
   * not with the same failure.
   * @throws Error with the words of the up that failed
   */
  static async ready(owner?: RepositoryOwner): Promise<Rehearsal> {
    const rehearsal = await Rehearsal.open(undefined, owner && { owner });
    let seen = await rehearsal.status();
    if (seen.monitoring?.alerts.length !== 0) {
      await rehearsal.forgetMetrics();
      seen = await rehearsal.status();
    }
    if (seen.healthy) return rehearsal;
    const run = await rehearsal.up({}, "--refresh");
    if (run.code === 0) return rehearsal;
    await Rehearsal.close();
    throw new Error(`The up before the tests failed, and the lab was taken down:\n${run.output}`);
  }

  /**
   * Empties Prometheus's database: alerts that count failed deployments fire for hours after the file that made them
   * fail, and no up ends them. Which file comes before which follows from how long each took the last time.
   */
  private async forgetMetrics(): Promise<void> {
    const data = "/var/lib/prometheus/metrics2";
    const script = `systemctl stop prometheus && find ${data} -mindepth 1 -delete && systemctl start prometheus`;
    // A lab that was just made has no Prometheus yet, and no alerts.
    await this.inMachine(topology.hosts.monitoring.id, "sh", "-c", `test ! -d ${data} || { ${script}; }`);
  }

  /** Ends the instance and everything of it. */
  static async close(): Promise<void> {
    process.env.GHRUNNERS_LAB ||= "test";
    await labDown(currentInstance(), () => undefined);
  }

  get lab(): Lab {
    return this.session.lab;
  }

  /** The stack, for functions that run `pulumi` alone: they need not be inside the lab's network. */
  get stack(): Stack {
    return stackOfSession(this.session);
  }

  /** Command line for `pulumi <args>` inside the lab, which asks no questions, for tests that start it themselves. */
  commandLine(args: readonly string[]): string[] {
    return pulumiLine(this.session, args);
  }

  /** A command inside the lab, such as `ghrunners status`, to its end. */
  run(line: readonly string[], options: Partial<RunOptions> = {}): Promise<Finished> {
    return runProcess(inside(this.session, line), { cwd: projectRoot, env: this.session.env, ...options });
  }

  /**
   * What a command prints with `--json`. Its exit code may be 0 or 1.
   * @throws Error with its words when it printed no JSON
   */
  async json<T>(...line: string[]): Promise<T> {
    const { stdout, all } = await this.run([...line, "--json"]);
    try {
      return JSON.parse(stdout) as T;
    } catch {
      throw new Error(`${line.join(" ")} printed no JSON:\n${all}`);
    }
  }

  /**
   * `pulumi <args>` to its end. Settings hold for this run only.
   * @param settings YAML by path, such as `runners[0].vmId`; undefined takes the setting away
   * @param env variables that hold for this run only
   */
  pulumi(args: readonly string[], settings: StackSettings = {}, env: NodeJS.ProcessEnv = {}): Promise<EngineRun> {
    return runEngine(this.session, args, settings, env);
  }

  up(settings: StackSettings = {}, ...args: string[]): Promise<EngineRun> {
    return this.pulumi(["up", ...args], settings);
  }

  status(): Promise<StatusReport> {
    return this.json("ghrunners", "status", "--wait");
  }

  async events(service: "proxmox" | "github", since = 0): Promise<LabEvent[]> {
    const reply = await adminRequest(socketOf(this.lab.instance, service), "GET", `/_lab/events?since=${since}`);
    return reply.body as LabEvent[];
  }

  /** Number of the newest event, to ask later what came after it. */
  async mark(service: "proxmox" | "github"): Promise<number> {
    return (await this.events(service)).at(-1)?.seq ?? 0;
  }

  /** A command of the project in a process of its own. @throws Error with its words when it fails */
  private async project(file: string, ...args: string[]): Promise<Finished> {
    const line = nodeLine(file, ...args);
    return succeeds([file, ...args].join(" "), await runProcess(line, { cwd: projectRoot, env: process.env }));
  }

  /** `npm run lab -- <args>` in a separate process, as a user would run it. */
  async labCommand(...args: string[]): Promise<string> {
    return (await this.project("lab/main.ts", ...args)).all;
  }

  /** What `npm run lab -- fault <words>` does, in this process: faults of one moment are set within one. */
  setFault(name: string, ...words: string[]): Promise<void> {
    const [target] = words.filter((word) => !word.includes("="));
    return setFault(
      this.lab.instance,
      name,
      target,
      words.filter((word) => word.includes("=")),
    );
  }

  /** Ends what {@link setFault} set, with the same words. */
  clearFault(name: string, ...words: string[]): Promise<void> {
    const [target] = words.filter((word) => !word.includes("="));
    return clearFault(this.lab.instance, say, name, target);
  }

  /** Breaks something, does the work, and always repairs it. */
  async withFault<T>([name = "", ...words]: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      await this.setFault(name, ...words);
      return await work();
    } finally {
      await this.clearFault(name, ...words);
    }
  }

  /** Another value of a secret of the configuration while the work is done. */
  async withSecret<T>(key: "proxmoxToken" | "githubToken", value: string, work: () => Promise<T>): Promise<T> {
    const set = (text: string): Promise<string> =>
      capturePulumi(this.stack, ["config", "set", "--secret", `ghrunners:${key}`], text);
    await set(value);
    try {
      return await work();
    } finally {
      await set(this.lab.secrets[key]);
    }
  }

  /** A command as root inside a machine, without SSH. */
  async inMachine(vmId: number, ...command: string[]): Promise<string> {
    const line = [scriptPath("control"), "exec", String(vmId), ...command];
    const { state, prefix } = this.lab.instance;
    const result = await runProcess(line, { cwd: projectRoot, env: scriptEnvironment({ state, prefix }) });
    return succeeds(command.join(" "), result).stdout.trimEnd();
  }

  /** One call of Proxmox VE's API with the operator's token, waiting for the task it starts. */
  proxmox(method: "GET" | "POST" | "PUT" | "DELETE", call: string): Promise<unknown> {
    return callProxmox(this.lab, method, call);
  }

  async runner(name: string): Promise<{ id: number; status: string; busy: boolean; labels: string[] } | undefined> {
    const { data } = await this.octokit.rest.actions.listSelfHostedRunnersForRepo(this.repository);
    const found = data.runners.find((runner) => runner.name === name);
    return (
      found && { id: found.id, status: found.status, busy: found.busy, labels: found.labels.map((label) => label.name) }
    );
  }

  /** Waits until GitHub shows the runner online. */
  online(name: string, limitMs = 20_000): Promise<boolean> {
    return until(`GitHub shows ${name} online`, limitMs, async () => (await this.runner(name))?.status === "online");
  }

  /** Log of a job, as GitHub gives it. */
  jobLog(jobId: number): Promise<string> {
    return readJobLog(this.lab, jobId);
  }

  get repository(): { owner: string; repo: string } {
    const { owner, repo } = repositoryOf(this.lab.owner);
    return { owner, repo };
  }
}
