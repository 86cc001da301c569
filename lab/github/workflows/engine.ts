import { randomBytes } from "node:crypto";
import path from "node:path";
import { timestamp } from "../clock";
import type { DispatchRequest, ReviewRequest, TriggerRequest, WorkflowEngine } from "../engine";
import { GitHubApiError, conflict, notFound, unprocessable } from "../http/errors";
import { serves } from "../group-access";
import type { GitHubState } from "../model";
import type { JobCompletion, JobMessage } from "../runner-protocol/messages";
import { sha256 } from "../runner-tokens";
import type { Services } from "../services";
import type { Emit } from "../store";
import { advance } from "./advance";
import { cancelRun, displace } from "./cancel";
import { repositoryFacts } from "./contexts";
import { newRun, planDispatch } from "./dispatch";
import { endJob } from "./ending";
import { awaitingApproval, planTriggered } from "./trigger";
import { evaluatorWith } from "./expressions";
import { botLogin, dropEndedTokens, jobMessage, tokenPermissions } from "./job-message";
import { HostedRunner, hostedRunner } from "./hosted";
import type { JobQueue } from "./job-queue";
import { workflowLibrary } from "./library";
import type { Workflow } from "./model";
import { nodesToRepeat, repeatNodes } from "./repeat";
import { workflowIn } from "./load";
import type { JobRecord, RunRecord, StepRecord } from "./records";
import { labLimits, type EngineLimits, type EngineContext } from "./engine-context";

const tickMilliseconds = 1_000;

/** Runs workflows over the store. */
export class Engine implements WorkflowEngine, JobQueue {
  private readonly evaluator = evaluatorWith(workflowLibrary().expressions);
  private readonly heard = new Map<number, number>();
  private readonly startedAt: number;
  private readonly timer: NodeJS.Timeout;
  private readonly hosted: HostedRunner;

  constructor(
    private readonly services: Services,
    private readonly limits: EngineLimits = labLimits,
    private readonly random: (bytes: number) => Buffer = randomBytes,
  ) {
    this.startedAt = services.store.clock.now();
    this.timer = setInterval(() => this.tick(), tickMilliseconds);
    this.timer.unref();
    this.hosted = new HostedRunner(services, this, this.evaluator);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.hosted.close();
  }

  nameOf(file: string): string {
    try {
      return this.load(path.basename(file)).name;
    } catch {
      return file;
    }
  }

  trigger(event: TriggerRequest): RunRecord[] {
    const { seed, store, repository } = this.services;
    const policy = store.state.repository.actions.forkPullRequestApproval;
    const [given, merge] = event.kind === "push" ? [event.commit] : [event.commits?.headSha, event.commits?.mergeSha];
    const commit = given ?? repository.head();
    const { planned, refused } = planTriggered(event, seed, policy, repository.workflowFiles(merge ?? commit));
    return this.change((state, context) => {
      for (const { file, reason } of refused) context.emit("workflow.refused", { file, reason });
      return planned.map((plan) => {
        const run = newRun(state, plan, commit, context);
        this.add(state, plan.needsApproval ? awaitingApproval(run) : run, context);
        return run;
      });
    }).map(({ id }) => this.run(id));
  }

  approve(runId: number, login: string): void {
    if (this.run(runId).conclusion !== "action_required") {
      throw new GitHubApiError(403, "This run is not from a fork pull request or queued waiting for approval.");
    }
    this.change((state, context) => {
      const run = runIn(state, runId);
      Object.assign(run, { status: "pending", conclusion: null, updatedAt: timestamp(context.now) });
      context.emit("run.approved", { runId, actor: login });
    });
  }

  private add(state: GitHubState, run: RunRecord, context: EngineContext): void {
    state.actions.runs.push(run);
    const { id: runId, name, number, actor, event } = run;
    context.emit("run.created", { runId, name, number, actor, event });
    if (run.concurrency !== undefined && run.status === "pending")
      displace(state, `run:${runId}`, run.concurrency, context);
  }

  dispatch(request: DispatchRequest): RunRecord {
    const { store, repository } = this.services;
    const environments = store.state.environments.map(({ name }) => name);
    const ref = repository.named(request.ref);
    const commit = ref?.commit ?? repository.head();
    const planned = inGithubsWords(() =>
      planDispatch(request, ref?.name, environments, (file) => this.load(file, commit)),
    );
    const id = this.change((state, context) => {
      const run = inGithubsWords(() => newRun(state, planned, commit, context));
      this.add(state, run, context);
      return run.id;
    });
    return this.run(id);
  }

  cancel(runId: number, { force }: { readonly force: boolean }): void {
    if (this.run(runId).status === "completed") throw conflict("Cannot cancel a workflow run that is completed.");
    this.change((state, context) => {
      cancelRun(state, runIn(state, runId), context, undefined, force);
    });
  }

  rerun(runId: number, { only, login }: { readonly only: "all" | "failed" | number; readonly login: string }): void {
    const known = this.run(runId);
    if (known.status !== "completed") throw new GitHubApiError(403, "This workflow is already running");
    const wanted = typeof only === "number" ? this.job(only).node : undefined;
    const repeat = nodesToRepeat(known.nodes, (node) => {
      if (only === "all") return true;
      return wanted === undefined ? node.result === "failure" || node.result === "cancelled" : node.id === wanted;
    });
    if (repeat.size === 0) throw new GitHubApiError(403, "There are no failed jobs to rerun");
    this.change((state, context) => repeatNodes(state, runIn(state, runId), repeat, login, context));
  }

  review({ runId, environments, state: word, comment, login }: ReviewRequest): void {
    const run = this.run(runId);
    const { seed, store } = this.services;
    const isWaiting = (job: JobRecord): boolean =>
      job.runId === runId && job.status === "waiting" && environments.includes(job.environment?.name ?? "");
    if (!store.state.actions.jobs.some(isWaiting))
      throw unprocessable("There are no pending deployment requests to approve or reject");
    const reviewer = [seed.owner, ...seed.users].find((user) => user.login === login);
    for (const name of environments) {
      const environment = store.state.environments.find((known) => known.name === name);
      const mayReview = environment?.reviewers.some(({ type, id }) => type === "User" && id === reviewer?.id) === true;
      if (!mayReview) throw unprocessable(`${login} is not a required reviewer of ${name}`);
      if (environment.preventSelfReview && run.triggeringActor === login) {
        throw unprocessable(`${login} cannot review a deployment to ${name} that they triggered`);
      }
    }
    this.change((state, context) => {
      for (const job of state.actions.jobs.filter(isWaiting)) {
        job.review = { state: word, login, comment, at: timestamp(context.now) };
        context.emit(`deployment.${word}`, { runId, jobId: job.id, environment: job.environment?.name, login });
      }
    });
  }

  offered(runnerId: number): JobRecord | undefined {
    return this.services.store.state.actions.jobs.find(
      (job) => job.runnerId === runnerId && job.status === "in_progress" && job.acquiredAt === undefined,
    );
  }

  acquire(runnerId: number, jobId: number): JobMessage | undefined {
    const job = this.services.store.state.actions.jobs.find(({ id }) => id === jobId);
    const untouched = job?.status === "in_progress" && job.runnerId === runnerId && job.steps.length === 0;
    if (!untouched) return undefined;
    const isForeign = this.run(job.runId).pullRequest?.fork === true;
    const given = {
      jobToken: this.random(24).toString("hex"),
      apiToken: `ghs_${this.random(24).toString("hex")}`,
      secrets: isForeign ? {} : this.services.secrets.forJob(job.environment?.name ?? null),
    };
    this.heard.set(jobId, this.services.store.clock.now());
    return this.change((state, context) => {
      const taken = jobIn(state, jobId);
      const run = runIn(state, taken.runId);
      taken.acquiredAt = timestamp(context.now);
      taken.tokenSha256 = sha256(given.jobToken);
      taken.apiTokenSha256 = sha256(given.apiToken);
      const permissions = tokenPermissions(state, run, taken);
      state.tokens.push({ sha256: taken.apiTokenSha256, login: botLogin, permissions });
      context.emit("job.started", { runId: run.id, jobId, name: taken.name, runner: taken.runnerName });
      return jobMessage(state, run, taken, given, context);
    });
  }

  report(jobId: number, steps: readonly StepRecord[]): boolean {
    this.heard.set(jobId, this.services.store.clock.now());
    const job = this.job(jobId);
    if (JSON.stringify(job.steps) !== JSON.stringify(steps)) {
      this.change((state) => {
        jobIn(state, jobId).steps = [...steps];
      });
    }
    return job.cancelRequestedAt !== undefined;
  }

  complete(jobId: number, completion: JobCompletion): void {
    this.change((state, context) => {
      const job = jobIn(state, jobId);
      job.steps = [...completion.steps];
      job.outputs = { ...completion.outputs };
      job.summary = completion.summary;
      job.annotations.push(...completion.annotations);
      if (job.environment !== undefined) job.environment.url = completion.environmentUrl;
      endJob(job, job.cancelRequestedAt !== undefined ? "cancelled" : completion.conclusion, context);
    });
    this.heard.delete(jobId);
  }

  accepts(jobId: number, token: string): boolean {
    const job = this.services.store.state.actions.jobs.find(({ id }) => id === jobId);
    return job?.status === "in_progress" && job.tokenSha256 === sha256(token);
  }

  tick(): void {
    if (!this.isBusy()) return;
    this.change(() => undefined);
  }

  /** There is nothing to do while every run is over; so an idle emulator writes nothing. */
  private isBusy(): boolean {
    return this.services.store.state.actions.runs.some((run) => run.status !== "completed");
  }

  /** Changes the state, then takes every step that has become due. */
  private change<Result>(work: (state: GitHubState, context: EngineContext) => Result): Result {
    return this.services.store.change((state, emit) => {
      const context = this.contextOf(emit);
      const result = work(state, context);
      advance(state, context);
      dropEndedTokens(state);
      return result;
    });
  }

  private contextOf(emit: Emit): EngineContext {
    const { store, seed, presence, faults } = this.services;
    return {
      now: store.clock.now(),
      nextId: () => store.nextId(),
      emit,
      evaluator: this.evaluator,
      limits: this.limits,
      repository: repositoryFacts(seed),
      runners: [
        ...(seed.enterpriseServer === undefined ? [hostedRunner] : []),
        ...store.state.runners.filter(serves(this.services)).map((runner) => ({
          id: runner.id,
          name: runner.name,
          labels: runner.labels.map((label) => label.name),
          idle: presence.isConnected(runner.id) && !faults.hits("runner-ghost-busy", runner.name),
        })),
      ],
      // After a restart of the emulator every runner gets its full time again.
      keepsVariables: seed.variablesOfRun === "creation",
      lastHeardOfJob: (job) => this.heard.get(job.id) ?? this.startedAt,
    };
  }

  private load(file: string, commit = this.services.repository.head()): Workflow {
    return workflowIn(this.services.repository.workflowFiles(commit), file);
  }

  private run(runId: number): RunRecord {
    return runIn(this.services.store.state, runId);
  }

  private job(jobId: number): JobRecord {
    return jobIn(this.services.store.state, jobId);
  }
}

/** What the workflow file or the request gets wrong is a 422 at GitHub. */
function inGithubsWords<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof GitHubApiError ? error : unprocessable((error as Error).message);
  }
}

function runIn(state: GitHubState, runId: number): RunRecord {
  const run = state.actions.runs.find(({ id }) => id === runId);
  if (run === undefined) throw notFound();
  return run;
}

function jobIn(state: GitHubState, jobId: number): JobRecord {
  const job = state.actions.jobs.find(({ id }) => id === jobId);
  if (job === undefined) throw notFound();
  return job;
}
