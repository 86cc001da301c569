/**
 * The fleet view: polls GitHub in the background, one loop for each kind of request, and keeps the counts.
 */
import path from "node:path";
import * as z from "zod";
import type { FleetConfig } from "../config";
import type { Exposed } from "@ghrunners/metrics-server/exposition";
import { StateFile } from "@ghrunners/metrics-server/state-file";
import { count, emptyTally, type Tally, tallySchema, together } from "@ghrunners/metrics-server/tally";
import { repeat, type View } from "@ghrunners/metrics-server/view";
import { GitHubClient } from "@ghrunners/core/github/client";
import { NotAskedError, RequestBudget } from "@ghrunners/core/github/request-budget";
import { httpsFetch } from "@ghrunners/core/github/https-fetch";
import { usableRunners } from "@ghrunners/core/github/runner-scope";
import { nextDelayMs } from "@ghrunners/core/github/back-off";
import { cursorSchema, newCursor } from "./cursor";
import { evaluateFleet, JOBS_POLLS, type PollState } from "./evaluate";
import type { FleetFacts } from "@ghrunners/core/github/facts";
import { startTally } from "./jobs";
import { type RunnerHistory, remember } from "./runners";
import { type RunProgress, RunWatch } from "./run-watch";
import { streaksSchema } from "./streaks";
import { askDeadlines, askOffered, askProtection, askPublic, askSecrets } from "./settings";

const stateSchema = z.object({
  cursor: cursorSchema,
  tally: tallySchema,
  // The state of an earlier version has none.
  streaks: streaksSchema.default({}),
  memory: z.object({ lastSeen: z.record(z.string(), z.number()), firstOffered: z.record(z.string(), z.number()) }),
});
interface State extends RunProgress {
  readonly memory: RunnerHistory;
}

/** Dependencies that tests replace. */
export interface FleetDependencies {
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** 0 to 1. */
  readonly random?: () => number;
}

export class FleetView implements View {
  private readonly github: GitHubClient;
  private readonly budget: RequestBudget;
  private readonly watch: RunWatch;
  private readonly file: StateFile<State>;
  private readonly now: () => number;
  private readonly random: () => number;
  private facts: FleetFacts = {};
  private memory: RunnerHistory;
  private polls: Readonly<Record<string, PollState>> = {};
  private requests: Tally = emptyTally;
  private loops: { stop(): Promise<void> }[] = [];
  private thoroughAt = 0;

  /**
   * @param stateFolder folder in which cursor and counts survive a restart
   * @param say writes one line to the journal; never gets the token
   */
  constructor(
    private readonly config: FleetConfig,
    token: string,
    stateFolder: string,
    private readonly version: string,
    private readonly say: (line: string) => void,
    { fetch = httpsFetch, now = Date.now, random = Math.random }: FleetDependencies = {},
  ) {
    this.now = now;
    this.random = random;
    this.budget = new RequestBudget({
      share: config.rateLimitShare,
      now,
      onRequest: (status) => (this.requests = count(this.requests, "githubApiRequests", { status })),
    });
    const { githubUrl: url, repository: fullName, runnerGroup } = config;
    const repository = { url, fullName, ...(runnerGroup === undefined ? {} : { runnerGroup }) };
    this.github = new GitHubClient(repository, token, { budget: this.budget, retries: false, fetch });
    this.file = new StateFile<State>(path.join(stateFolder, "fleet.json"), stateSchema, say);
    const kept = this.file.read();
    this.memory = kept?.memory ?? { lastSeen: {}, firstOffered: {} };
    // GitHub's times have no fractions of a second.
    const cursor = kept?.cursor ?? newCursor(Math.floor(now() / 1000));
    const progress = { cursor, tally: startTally(config, kept?.tally), streaks: kept?.streaks ?? {} };
    this.watch = new RunWatch(this.github, config, progress, () => this.seconds);
  }

  private get seconds(): number {
    return this.now() / 1000;
  }

  start(): void {
    const { pollSeconds, settingsSeconds, protection, environment, secrets } = this.config;
    const { github } = this;
    this.poll("runners", pollSeconds, async () => {
      const value = await usableRunners(github);
      this.facts = { ...this.facts, runners: { at: this.seconds, value } };
      this.memory = remember(this.memory, value, this.seconds);
    });
    this.poll("jobs", JOBS_POLLS * pollSeconds, () => this.pollJobs());
    this.poll("repository", settingsSeconds, async () => {
      const value = await askPublic(github);
      this.facts = { ...this.facts, repositoryPublic: { at: this.seconds, value } };
    });
    this.poll("versions", settingsSeconds, () => this.pollVersions());
    if (protection !== undefined && environment !== undefined) {
      this.poll("environment", settingsSeconds, async () => {
        const value = await askProtection(github, environment);
        this.facts = { ...this.facts, protection: { at: this.seconds, value } };
      });
    }
    if (secrets.length > 0) this.poll("secrets", settingsSeconds, () => this.pollSecrets());
  }

  async stop(): Promise<void> {
    this.budget.close();
    this.github.close();
    await Promise.all(this.loops.map((loop) => loop.stop()));
    this.keep();
  }

  /** Its requests have time limits and root owns its files, so only the whole process can hang. */
  isAlive(): boolean {
    return true;
  }

  exposed(): Exposed {
    const { facts, memory, polls } = this;
    const { tally, streaks } = this.watch.progress;
    const state = { facts, memory, streaks, polls, rateLimit: this.budget.rateLimit };
    return {
      samples: evaluateFleet(state, this.config, this.seconds, this.version),
      tally: together(tally, this.requests),
    };
  }

  private async pollJobs(): Promise<void> {
    const isThorough = this.seconds - this.thoroughAt >= this.config.settingsSeconds;
    await this.watch.poll(isThorough);
    if (isThorough) this.thoroughAt = this.seconds;
    this.facts = { ...this.facts, open: { at: this.seconds, value: this.watch.open } };
  }

  private async pollVersions(): Promise<void> {
    const offered = await askOffered(this.github);
    const first = Object.fromEntries(offered.map((version) => [version, this.seconds]));
    // A version offered before keeps its time; one that is no longer offered was still released.
    this.memory = { ...this.memory, firstOffered: { ...first, ...this.memory.firstOffered } };
    const runners = this.facts.runners?.value ?? (await usableRunners(this.github));
    const versions = runners.flatMap(({ version }) => version ?? []);
    const value = await askDeadlines(this.github, versions);
    this.facts = { ...this.facts, deadlines: { at: this.seconds, value } };
  }

  private async pollSecrets(): Promise<void> {
    const { secrets, environment } = this.config;
    const isIn = (scope: string): boolean => secrets.some((secret) => secret.scope === scope);
    const ofEnvironment =
      isIn("environment") && environment !== undefined ? await askSecrets(this.github, environment) : [];
    const ofRepository = isIn("repository") ? await askSecrets(this.github, undefined) : [];
    const value = Object.fromEntries([...ofRepository, ...ofEnvironment]);
    this.facts = { ...this.facts, secrets: { at: this.seconds, value } };
  }

  /** Polls repeatedly; after failures with growing pauses. */
  private poll(endpoint: string, everySeconds: number, ask: () => Promise<void>): void {
    let failures = 0;
    const loop = repeat(async () => {
      try {
        await ask();
        failures = 0;
        this.polls = { ...this.polls, [endpoint]: { success: true, at: this.seconds } };
      } catch (error) {
        // No request was made: facts get older, but nothing has failed.
        if (!(error instanceof NotAskedError)) {
          failures += 1;
          if (failures === 1) this.say(`${endpoint}: ${(error as Error).message}`);
          this.polls = { ...this.polls, [endpoint]: { success: false, at: this.polls[endpoint]?.at } };
        }
      }
      this.keep();
      return nextDelayMs(everySeconds * 1000, failures, this.random(), this.budget.level);
    });
    this.loops.push(loop);
  }

  private keep(): void {
    this.file.write({ ...this.watch.progress, memory: this.memory });
  }
}
