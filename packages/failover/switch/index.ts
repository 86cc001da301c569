/**
 * The failover switch: reads the runners' state, decides which runner deploys, and publishes that at GitHub.
 */
import path from "node:path";
import * as z from "zod";
import { STATE_FILE } from "@ghrunners/core/vocabulary/failover";
import { type ChoiceHistory, choose, type ChoicePolicy, type GateDecision, remember } from "../choice/choose";
import { causes } from "../choice/cause";
import { MAINTENANCE_VARIABLE, maintenances, type MaintenanceSeen } from "../choice/maintenance";
import type { SwitchConfig } from "../config";
import type { Exposed } from "@ghrunners/metrics-server/exposition";
import { GitHubClient } from "@ghrunners/core/github/client";
import { unlessMissing } from "@ghrunners/core/github/errors";
import { httpsFetch } from "@ghrunners/core/github/https-fetch";
import { NotAskedError, RequestBudget } from "@ghrunners/core/github/request-budget";
import { nextDelayMs } from "@ghrunners/core/github/back-off";
import { StateFile } from "@ghrunners/metrics-server/state-file";
import { count, type Tally, tallySchema } from "@ghrunners/metrics-server/tally";
import { repeat, type View } from "@ghrunners/metrics-server/view";
import { countFailover, evaluateSwitch, startTally } from "./evaluate";
import { readByHttp, isComplete, readViews, type ReadExporter } from "./read-views";
import { DecisionRecords } from "./records";
import { noRedispatches, Redispatcher, RESERVE, type Redispatches } from "./redispatch";
import { ChoiceVariable, type PublishedVariable } from "./variable";
import { type RunnerViews, seenRunner } from "./views";

/** Share of the token's rate limit that may be used. */
const SHARE = 0.1;
/** Number of reads that may fail before a runner counts as unreachable. */
const MISSED_LOOKS = 3;
/** Maximum age of GitHub's view: it is read every 15 s, and less often while the exporter's budget is low. */
const GITHUB_AGE_SECONDS = 75;
/** Maximum age of the list of maintenance, s; an older one counts as unknown. */
const MAINTENANCE_AGE_SECONDS = 300;
/** How long after a decision a restart may continue from it, ms; later, it is unknown what happened in between. */
const GAP_MS = 30_000;
/** GitHub may answer again at any moment, and every deployment waits for it. */
const LONGEST_PAUSE_MS = 30_000;
const DAY = 86_400;

interface State {
  readonly memory: ChoiceHistory | undefined;
  /** Of the last decision, ms since 1970. */
  readonly decidedAt: number;
  readonly written: PublishedVariable | undefined;
  readonly redispatches: Redispatches;
  readonly tally: Tally;
}

const since = z.record(z.string(), z.number());
const stateSchema: z.ZodType<State> = z.object({
  memory: z
    .object({
      chosen: z.string().nullable(),
      cause: z.enum(causes).nullable(),
      healthySince: since,
      usableSince: since,
    })
    .optional(),
  decidedAt: z.number(),
  written: z.object({ content: z.string(), expiresAt: z.number() }).optional(),
  redispatches: z.object({
    intents: z.record(z.string(), z.object({ at: z.number(), cancelledAt: z.number().nullable() })),
    abandoned: z.array(z.number()),
  }),
  tally: tallySchema,
}) as z.ZodType<State>;

/** Dependencies that tests replace. */
export interface SwitchDependencies {
  readonly ask?: ReadExporter;
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export function policyOf(config: SwitchConfig): ChoicePolicy {
  const { environment, runners, minimumVersion, validSeconds, recoverySeconds, lookSeconds } = config;
  const labels = (role: "primary" | "secondary"): readonly string[] =>
    runners.find((runner) => runner.role === role)?.labels ?? [];
  return {
    environment,
    labels: { primary: labels("primary"), secondary: labels("secondary") },
    minimumVersion,
    versionEndSeconds: 3 * DAY,
    maximumHostAgeSeconds: MISSED_LOOKS * lookSeconds,
    maximumGithubAgeSeconds: GITHUB_AGE_SECONDS,
    maximumDiskPercent: 85,
    exhaustedInodesPercent: 99,
    maximumQueuedSeconds: 300,
    validSeconds,
    recoverySeconds,
    settleSeconds: 2 * lookSeconds,
  };
}

/** Pause until the next read, ms. If the clock was set back during a read, its duration would be negative. */
export const pauseAfterLook = (everyMs: number, tookMs: number): number =>
  Math.min(everyMs, Math.max(0, everyMs - tookMs));

/** The part of an earlier run's memory that is still valid. Pure. */
export function memoryAfter(kept: State | undefined, validSeconds: number, now: number): ChoiceHistory | undefined {
  if (kept?.memory === undefined || now - kept.decidedAt > validSeconds * 1000) return undefined;
  return now - kept.decidedAt <= GAP_MS ? kept.memory : { ...kept.memory, healthySince: {}, usableSince: {} };
}

export class SwitchView implements View {
  private readonly github: GitHubClient;
  private readonly budget: RequestBudget;
  private readonly file: StateFile<State>;
  private readonly records: DecisionRecords;
  private readonly variable: ChoiceVariable;
  private readonly redispatcher: Redispatcher;
  private readonly policy: ChoicePolicy;
  private readonly ask: ReadExporter;
  private readonly now: () => number;
  private readonly startedAt: number;
  private views: Readonly<Record<string, RunnerViews>> = {};
  private maintenance: { readonly at: number; readonly text: string | undefined } | undefined;
  private memory: ChoiceHistory | undefined;
  private decision: GateDecision | undefined;
  private decidedAt: number;
  private tally: Tally;
  private redispatches: Redispatches;
  private loops: { stop(): Promise<void> }[] = [];

  /**
   * @param stateFolder folder in which decisions, counts and pending work survive a restart
   * @param say writes one line to the journal; never gets the token
   */
  constructor(
    private readonly config: SwitchConfig,
    token: string,
    stateFolder: string,
    private readonly version: string,
    private readonly say: (line: string) => void,
    { ask = readByHttp, fetch = httpsFetch, now = Date.now }: SwitchDependencies = {},
  ) {
    this.ask = ask;
    this.now = now;
    this.startedAt = now();
    this.policy = policyOf(config);
    this.budget = new RequestBudget({ share: SHARE, now });
    const repository = { url: config.githubUrl, fullName: config.repository };
    this.github = new GitHubClient(repository, token, { budget: this.budget, retries: false, fetch });
    this.file = new StateFile<State>(path.join(stateFolder, STATE_FILE), stateSchema, say);
    this.records = new DecisionRecords(stateFolder, say);
    const kept = this.file.read();
    this.tally = startTally(kept?.tally);
    this.decidedAt = kept?.decidedAt ?? 0;
    this.memory = memoryAfter(kept, config.validSeconds, this.startedAt);
    this.redispatches = kept?.redispatches ?? noRedispatches;
    const written = this.memory === undefined ? undefined : kept?.written;
    this.variable = new ChoiceVariable(this.github, config.validSeconds, now, this.onWrite, written);
    this.redispatcher = new Redispatcher(
      this.github,
      config.runners,
      now,
      (redispatches) => {
        this.redispatches = redispatches;
        this.keep();
      },
      (result) => {
        this.tally = count(this.tally, "deploymentRedispatches", { result });
        this.say(`A run that waited for a dead runner: ${result}`);
      },
      this.redispatches,
    );
  }

  start(): void {
    const { lookSeconds, redispatch } = this.config;
    this.loops.push(
      repeat(async () => {
        const begun = this.now();
        await this.look();
        return pauseAfterLook(lookSeconds * 1000, this.now() - begun);
      }),
    );
    this.poll("maintenance", this.config.askSeconds, () => this.askMaintenance());
    if (redispatch) {
      this.poll("waiting runs", lookSeconds, async () => {
        const { decision } = this;
        // A repeated gate must see the new choice.
        if (decision !== undefined && this.variable.isPublished(decision)) await this.redispatcher.round(decision);
      });
    }
  }

  async stop(): Promise<void> {
    this.budget.close();
    this.github.close();
    await Promise.all(this.loops.map((loop) => loop.stop()));
    await this.variable.idle();
    this.keep();
  }

  /** Its requests have time limits and root owns its files, so only the whole process can hang. */
  isAlive(): boolean {
    return true;
  }

  exposed(): Exposed {
    return { samples: evaluateSwitch(this.decision, this.variable.written, this.version), tally: this.tally };
  }

  /** Reads all runners and makes one decision. */
  private async look(): Promise<void> {
    this.views = await readViews(this.config, this.views, this.ask, this.now);
    const now = this.now();
    // After a start, one lost packet must not look like a dead runner: the last choice is still valid.
    const isSettled = now - this.startedAt > this.policy.maximumHostAgeSeconds * 1000;
    if (!isSettled && (!isComplete(this.views) || this.maintenance === undefined)) return;
    const maintenance = this.maintenanceSeen(now);
    const seen = this.config.runners.map((runner) =>
      seenRunner(runner, this.views[runner.name] ?? {}, maintenance, now),
    );
    const decision = choose(seen, this.policy, new Date(now), this.memory);
    this.tally = countFailover(this.tally, this.config.runners, this.memory, decision);
    this.memory = remember(decision, this.memory);
    this.decision = decision;
    this.decidedAt = now;
    this.records.take(decision);
    this.keep();
    this.variable.offer(decision);
  }

  private maintenanceSeen(now: number): MaintenanceSeen {
    const { maintenance } = this;
    if (maintenance !== undefined && now - maintenance.at <= MAINTENANCE_AGE_SECONDS * 1000) {
      return maintenances.parse(maintenance.text, new Date(now));
    }
    return { known: false, problem: `${MAINTENANCE_VARIABLE} could not be read from GitHub.` };
  }

  private async askMaintenance(): Promise<void> {
    const read = ({ value }: { value: string }): string => value;
    const where = { name: MAINTENANCE_VARIABLE };
    const text = await unlessMissing(this.github.get("/actions/variables/{name}", where, read, RESERVE));
    this.maintenance = { at: this.now(), text };
  }

  private readonly onWrite = (result: "written" | "failed", words: string): void => {
    this.tally = count(this.tally, "deploymentChoiceWrites", { result });
    this.say(`DEPLOY_RUNNER ${result}: ${words}`);
    this.keep();
  };

  /** Polls repeatedly; after failures with growing pauses. */
  private poll(name: string, everySeconds: number, ask: () => Promise<void>): void {
    const everyMs = everySeconds * 1000;
    let failures = 0;
    const loop = repeat(async () => {
      try {
        await ask();
        failures = 0;
      } catch (error) {
        if (!(error instanceof NotAskedError)) failures += 1;
        if (failures === 1) this.say(`${name}: ${(error as Error).message}`);
      }
      return Math.min(LONGEST_PAUSE_MS, nextDelayMs(everyMs, failures, Math.random(), this.budget.level));
    });
    this.loops.push(loop);
  }

  private keep(): void {
    const { memory, decidedAt, redispatches, tally } = this;
    this.file.write({ memory, decidedAt, written: this.variable.written, redispatches, tally });
  }
}
