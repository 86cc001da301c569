/**
 * The host view: collects facts in the background and keeps the count of the runner's jobs.
 */
import path from "node:path";
import * as z from "zod";
import type { HostConfig } from "../config";
import type { Exposed } from "@ghrunners/metrics-server/exposition";
import { StateFile } from "@ghrunners/metrics-server/state-file";
import { count, emptyTally, type Tally, tallySchema, together } from "@ghrunners/metrics-server/tally";
import { repeat, type View } from "@ghrunners/metrics-server/view";
import { evaluateHost, lastCheckin } from "./evaluate";
import type { HostFacts, JobUser, UnitFacts } from "./facts";
import { endOfLog, type Ignored, ignoredReasons, linesSince, logPosition, type LogPosition } from "./follow-log";
import { addEvent, emptyLedger, type JobLedger } from "./jobs";
import { parseLogLine } from "./listener-log";
import { parseSudo } from "./sudo";
import { parseSshActive, parseUnit } from "./unit";
import { UpdateWatch } from "./update-watch";
import {
  probeGitHub,
  readConnections,
  readDiskUse,
  readJobFolders,
  readJobUser,
  readProcesses,
  readRunnerVersion,
  readUnits,
} from "./collect";

const state = z.object({
  place: logPosition,
  ledger: z.object({ tally: tallySchema, runningSince: z.number().optional() }),
});
type State = { place: LogPosition; ledger: JobLedger };

const collectors = [
  ...["unit", "processes", "connections", "ssh", "sudo", "job_folders", "log", "version", "work_folder"],
  ...["updates", "restart"],
] as const;
type Collector = (typeof collectors)[number];

/** Every read has a much shorter limit, ms. */
const STANDSTILL_MS = 60_000;
/** After a refresh of the package lists that failed, ms. */
const UPDATES_RETRY_MS = 15 * 60_000;

export class HostView implements View {
  private facts: HostFacts | undefined;
  private checkin: number | undefined;
  private errors: Tally = collectors.reduce(
    (tally, collector) => count(tally, "runnerExporterErrors", { collector }, 0),
    emptyTally,
  );
  private readonly failing = new Set<Collector>();
  private readonly file: StateFile<State>;
  private progress: State | undefined;
  private ignored: Tally = ignoredReasons.reduce(
    (tally, reason) => count(tally, "runnerLogIgnored", { reason }, 0),
    emptyTally,
  );
  private lookedAt = performance.now();
  private saidIgnored = "";
  private workFolderBytes: number | undefined;
  private jobUser: (JobUser & { readonly name: string }) | undefined;
  private probe: HostFacts["probe"];
  private readonly updates: UpdateWatch;
  private loops: { stop(): Promise<void> }[] = [];

  /**
   * @param stateFolder folder in which the count of jobs survives a restart
   * @param say writes one line to the journal
   */
  constructor(
    private readonly config: HostConfig,
    stateFolder: string,
    private readonly version: string,
    private readonly say: (line: string) => void,
  ) {
    this.file = new StateFile<State>(path.join(stateFolder, "host.json"), state as z.ZodType<State>, say);
    this.progress = this.file.read();
    this.updates = new UpdateWatch(stateFolder, config.updatesSeconds, say);
  }

  start(): void {
    const { collectSeconds, probeSeconds, workFolderSeconds, githubUrl, runnerHome, workFolder } = this.config;
    const every = (seconds: number, work: () => Promise<void>): { stop(): Promise<void> } =>
      repeat(async () => {
        await work();
        return seconds * 1000;
      });
    this.loops = [
      every(collectSeconds, () => this.collect()),
      every(probeSeconds, async () => {
        this.probe = await probeGitHub(githubUrl);
      }),
      every(collectSeconds, () => this.attempt("restart", () => this.updates.lookAtRestart())),
      repeat(async () => {
        const done = await this.attempt("updates", () => this.updates.lookAtUpdates().then(() => true));
        return done === true ? collectSeconds * 1000 : UPDATES_RETRY_MS;
      }),
      every(workFolderSeconds, async () => {
        this.workFolderBytes = await this.attempt("work_folder", () => readDiskUse(path.join(runnerHome, workFolder)));
      }),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** A file or a process may block a read forever; then the data here is not valid any more. */
  isAlive(): boolean {
    return performance.now() - this.lookedAt < STANDSTILL_MS;
  }

  exposed(): Exposed {
    const restarts = this.facts?.unit?.restarts;
    const ofUnit = restarts === undefined ? emptyTally : count(emptyTally, "runnerServiceRestarts", {}, restarts);
    const jobs = this.progress?.ledger.tally ?? emptyTally;
    const samples =
      this.facts === undefined
        ? []
        : evaluateHost(
            { ...this.facts, workFolderBytes: this.workFolderBytes, probe: this.probe },
            this.checkin,
            this.config.silenceSeconds,
            this.version,
          );
    return {
      samples: [...samples, ...this.updates.samples()],
      tally: together(jobs, ofUnit, this.errors, this.ignored),
    };
  }

  private async collect(): Promise<void> {
    const { unit: name, runnerHome, githubUrl } = this.config;
    const units = readUnits(name);
    const [unit, sshActive, sudo, connections, version] = await Promise.all([
      this.attempt("unit", async () => parseUnit((await units).runner)),
      this.attempt("ssh", async () => parseSshActive((await units).ssh)),
      this.attempt("sudo", async () => parseSudo((await units).sudo)),
      this.attempt("connections", () => readConnections(runnerHome, githubUrl)),
      this.attempt("version", () => readRunnerVersion(runnerHome)),
    ]);
    const processes = unit && (await this.attempt("processes", () => readProcesses(unit.controlGroup)));
    const jobFolders = unit && (await this.attempt("job_folders", () => this.lookAtJobFolders(unit)));
    await this.attempt("log", async () => this.readLog());
    const facts: HostFacts = {
      at: Date.now() / 1000,
      unit,
      processes,
      connections,
      sshActive,
      // During a try, what the last one said.
      sudo: sudo ?? this.facts?.sudo,
      jobFolders,
      version,
      workFolderBytes: undefined,
      probe: undefined,
    };
    this.checkin = lastCheckin(facts, this.checkin);
    this.facts = facts;
    this.lookedAt = performance.now();
  }

  /** Unknown while the unit is not there: the exporter is installed before it. */
  private async lookAtJobFolders({ user: name }: UnitFacts): Promise<Record<string, boolean> | undefined> {
    if (name === undefined) return undefined;
    const { runnerHome, workFolder } = this.config;
    if (this.jobUser?.name !== name) this.jobUser = { name, ...(await readJobUser(name)) };
    const usable = await readJobFolders(runnerHome, ["_diag", workFolder], this.jobUser);
    // Before it stays so: the user's groups may have changed.
    if (Object.values(usable).includes(false)) this.jobUser = undefined;
    return usable;
  }

  private readLog(): void {
    const folder = path.join(this.config.runnerHome, "_diag");
    const now = Date.now() / 1000;
    const before = this.progress;
    const { lines, place, ignored } =
      before === undefined ? endOfLog(folder, now) : linesSince(folder, before.place, now);
    const { ledger, future } = replay(before?.ledger ?? emptyLedger, lines, now);
    // Jobs that ended before the first read are not counted; a running job is.
    this.progress = {
      place,
      ledger: before === undefined ? { ...emptyLedger, runningSince: ledger.runningSince } : ledger,
    };
    this.countIgnored({ ...ignored, future: (ignored.future ?? 0) + future });
    this.file.write(this.progress);
  }

  /** Logged when it begins, counted at each read. */
  private countIgnored(ignored: Ignored): void {
    const seen = ignoredReasons.filter((reason) => (ignored[reason] ?? 0) > 0);
    const said = seen.join(", ");
    if (said !== "" && said !== this.saidIgnored) this.say(`log: ignored in _diag, by reason: ${said}`);
    this.saidIgnored = said;
    this.ignored = seen.reduce(
      (tally, reason) => count(tally, "runnerLogIgnored", { reason }, ignored[reason] ?? 0),
      this.ignored,
    );
  }

  /** Undefined if the read failed; logged once, counted each time. */
  private async attempt<T>(collector: Collector, look: () => Promise<T>): Promise<T | undefined> {
    try {
      const value = await look();
      this.failing.delete(collector);
      return value;
    } catch (error) {
      this.errors = count(this.errors, "runnerExporterErrors", { collector });
      if (!this.failing.has(collector)) this.say(`${collector}: ${(error as Error).message.trim().split("\n").at(-1)}`);
      this.failing.add(collector);
      return undefined;
    }
  }
}

function replay(ledger: JobLedger, lines: readonly string[], now: number): { ledger: JobLedger; future: number } {
  return lines.reduce(
    (before, line) => {
      const event = parseLogLine(line, now);
      if (event === undefined) return before;
      if (event === "future") return { ...before, future: before.future + 1 };
      return { ...before, ledger: addEvent(before.ledger, event) };
    },
    { ledger, future: 0 },
  );
}
