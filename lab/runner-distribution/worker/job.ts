import { randomUUID } from "node:crypto";
import type { JobCompletion } from "../../github/runner-protocol/messages";
import { asText, type Contexts, type StatusCheck } from "../../github/workflows/expressions";
import type { WorkflowStep } from "../../github/workflows/model";
import type { Json, WorkflowTemplate } from "../../github/workflows/template";
import type { JobSetup } from "./job-setup";
import { endOrphans } from "./script-process";
import { runHook, runStep, type StepEffects, type StepHost } from "./step";
import { evaluateStep, nameBefore, nameOf, withoutSecrets } from "./step-evaluation";
import { Timeline } from "./timeline";
import { defaultVariables, prepareWorkspace, type Workspace } from "./workspace";

type JsonMap = { [key: string]: Json };
type Conclusion = "success" | "failure" | "cancelled" | "skipped";

/** Runs one job from set-up to clean-up. */
export class JobRun {
  private readonly timeline = new Timeline();
  private readonly folders: Workspace;
  private readonly trackingId = `github_${randomUUID()}`;
  private readonly steps: { [id: string]: JsonMap } = {};
  private readonly annotations: string[] = [];
  private readonly paths: string[] = [];
  private readonly jobEnv: Record<string, string> = {};
  private summary = "";
  private failed = false;
  private cancelled = false;
  private current:
    { readonly stop: AbortController; readonly condition: string; readonly contexts: Contexts } | undefined;

  constructor(private readonly setup: JobSetup) {
    const repository = asText((setup.message.contexts.github as JsonMap).repository ?? "");
    this.folders = prepareWorkspace(setup.workFolder, repository, setup.message.event);
  }

  /** Cancels the job. A step whose condition holds in a cancelled job, such as always(), goes on. */
  cancel(reason = "The operation was canceled."): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.annotations.push(reason);
    this.setup.reporter.log(`##[error]${reason}`);
    const { current } = this;
    if (current === undefined) return;
    if (!this.setup.evaluator.holds(current.condition, current.contexts, this.status())) current.stop.abort();
  }

  async run(): Promise<JobCompletion> {
    const { message, reporter } = this.setup;
    const renew = setInterval(() => {
      reporter.report(this.timeline.steps).then(
        (cancelRequested) => (cancelRequested ? this.cancel() : undefined),
        () => undefined,
      );
    }, message.renewMilliseconds);
    const minutes = message.timeoutMinutes;
    const timeout = setTimeout(
      () => this.cancel(`The job has exceeded the maximum execution time of ${minutes}m0s`),
      Math.min(minutes * 60_000, 2 ** 31 - 1),
    );
    try {
      await this.runSteps();
      return this.completion();
    } finally {
      clearInterval(renew);
      clearTimeout(timeout);
    }
  }

  private async runSteps(): Promise<void> {
    const { message, env } = this.setup;
    const setUp = this.timeline.add("Set up job");
    const started = env.ACTIONS_RUNNER_HOOK_JOB_STARTED;
    const completed = env.ACTIONS_RUNNER_HOOK_JOB_COMPLETED;
    const startHook = started ? this.timeline.add("Set up runner") : undefined;
    const numbers = message.steps.map((step) => this.timeline.add(nameBefore(step)));
    const endHook = completed ? this.timeline.add("Complete runner") : undefined;
    const complete = this.timeline.add("Complete job");
    await this.setUpJob(setUp);
    if (started && startHook !== undefined) await this.hook(startHook, started, "success()");
    for (const [index, step] of message.steps.entries()) await this.step(numbers[index] as number, step);
    if (completed && endHook !== undefined) await this.hook(endHook, completed, "always()");
    this.timeline.begin(complete);
    this.setup.reporter.log("Cleaning up orphan processes");
    for (const line of endOrphans("RUNNER_TRACKING_ID", this.trackingId)) this.setup.reporter.log(line);
    this.timeline.end(complete, "success");
  }

  private async setUpJob(number: number): Promise<void> {
    const { message, reporter, heading, evaluator } = this.setup;
    this.timeline.begin(number);
    for (const line of heading) reporter.log(line);
    try {
      for (const template of message.env) {
        if (template !== null) Object.assign(this.jobEnv, evaluator.textMap(template, this.contexts()));
      }
      reporter.log(`Complete job name: ${message.name}`);
      this.timeline.end(number, "success");
    } catch (error) {
      this.problem(error);
      this.failed = true;
      this.timeline.end(number, "failure");
    }
    await reporter.report(this.timeline.steps).catch(() => undefined);
  }

  private status(): StatusCheck {
    return {
      success: !this.failed && !this.cancelled,
      failure: this.failed && !this.cancelled,
      cancelled: this.cancelled,
    };
  }

  private contexts(stepEnv: Record<string, string> = {}): Contexts {
    const { message, runnerName, runnerEnvironment } = this.setup;
    const conclusion = this.cancelled ? "cancelled" : this.failed ? "failure" : "success";
    return {
      ...message.contexts,
      github: {
        ...(message.contexts.github as JsonMap),
        workspace: this.folders.workspace,
        event_path: this.folders.eventPath,
      },
      runner: {
        name: runnerName,
        os: "Linux",
        arch: "X64",
        temp: this.folders.temp,
        tool_cache: this.folders.toolCache,
        environment: runnerEnvironment,
      },
      job: { status: conclusion },
      steps: this.steps,
      env: { ...this.jobEnv, ...stepEnv },
    };
  }

  private host(): StepHost {
    const { masks, launcher, reporter } = this.setup;
    return { temp: this.folders.temp, masks, launcher, log: (line) => reporter.log(line) };
  }

  private environment(contexts: Contexts): NodeJS.ProcessEnv {
    const { env } = this.setup;
    return {
      ...env,
      ...defaultVariables(contexts, this.folders, this.trackingId),
      ...(contexts.env as Record<string, string>),
      PATH: [...this.paths, env.PATH ?? "/usr/local/bin:/usr/bin:/bin"].join(":"),
    };
  }

  private async hook(number: number, file: string, condition: string): Promise<void> {
    const contexts = this.contexts();
    await this.guarded(number, condition, contexts, undefined, async (signal) => {
      const effects = await runHook(
        file,
        { workingDirectory: this.folders.workspace, env: this.environment(contexts), signal },
        this.host(),
      );
      this.apply(effects);
      return effects.exitCode;
    });
  }

  private async step(number: number, step: WorkflowStep): Promise<void> {
    const { evaluator } = this.setup;
    let outcome: Conclusion = "failure";
    let conclusion: Conclusion = "failure";
    let outputs: Record<string, string> = {};
    try {
      const contexts = this.contexts(evaluator.textMap(step.env, this.contexts()));
      if (!evaluator.holds(step.condition, contexts, this.status())) {
        outcome = conclusion = "skipped";
        this.timeline.end(number, "skipped");
        return;
      }
      const value = (template: WorkflowTemplate | undefined): Json =>
        template === undefined ? null : evaluator.evaluate(template, contexts);
      const name = nameOf(step, evaluator, contexts);
      this.timeline.begin(number, this.setup.masks.apply(name));
      const minutes = Number(value(step.timeoutMinutes) ?? 0);
      const continues = value(step.continueOnError) === true;
      const evaluated = evaluateStep(step, this.setup.message.defaults, this.folders.workspace, evaluator, contexts);
      const run = async (signal: AbortSignal): Promise<number> => {
        const effects = await runStep({ ...evaluated, env: this.environment(contexts), signal }, this.host());
        this.apply(effects);
        outputs = effects.outputs;
        return effects.exitCode;
      };
      outcome = await this.attempt(step.condition, contexts, minutes > 0 ? minutes : undefined, run);
      conclusion = outcome === "failure" && continues ? "success" : outcome;
    } catch (error) {
      this.problem(error);
    } finally {
      if (outcome !== "skipped") this.finish(number, conclusion);
      if (!step.id.startsWith("__")) this.steps[step.id] = { outputs, outcome, conclusion };
    }
  }

  /** Runs a part of the job that has no `continue-on-error`. */
  private async guarded(
    number: number,
    condition: string,
    contexts: Contexts,
    minutes: number | undefined,
    work: (signal: AbortSignal) => Promise<number>,
  ): Promise<void> {
    if (!this.setup.evaluator.holds(condition, contexts, this.status())) {
      this.timeline.end(number, "skipped");
      return;
    }
    this.timeline.begin(number);
    let conclusion: Conclusion = "failure";
    try {
      conclusion = await this.attempt(condition, contexts, minutes, work);
    } catch (error) {
      this.problem(error);
    }
    this.finish(number, conclusion);
  }

  private async attempt(
    condition: string,
    contexts: Contexts,
    minutes: number | undefined,
    work: (signal: AbortSignal) => Promise<number>,
  ): Promise<Conclusion> {
    const stop = new AbortController();
    let timedOut = false;
    const timeout =
      minutes === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            this.problem(new Error(`The action '${condition}' has timed out after ${minutes} minutes.`));
            stop.abort();
          }, minutes * 60_000);
    this.current = { stop, condition, contexts };
    try {
      const code = await work(stop.signal);
      if (timedOut) return "failure";
      if (stop.signal.aborted) return "cancelled";
      return code === 0 ? "success" : "failure";
    } finally {
      clearTimeout(timeout);
      this.current = undefined;
    }
  }

  private finish(number: number, conclusion: Conclusion): void {
    if (conclusion === "failure") this.failed = true;
    this.timeline.end(number, conclusion);
    this.setup.reporter.report(this.timeline.steps).catch(() => undefined);
  }

  private apply(effects: StepEffects): void {
    Object.assign(this.jobEnv, effects.env);
    this.paths.unshift(...effects.paths);
    this.summary += effects.summary;
    this.annotations.push(...effects.annotations);
  }

  private problem(error: unknown): void {
    const words = this.setup.masks.apply((error as Error).message);
    this.annotations.push(words);
    this.setup.reporter.log(`##[error]${words}`);
  }

  private completion(): JobCompletion {
    const { message, evaluator } = this.setup;
    let outputs: Record<string, string> = {};
    let environmentUrl = "";
    try {
      const all = evaluator.textMap(message.outputs ?? undefined, this.contexts());
      outputs = withoutSecrets(all, this.setup.masks, (words) => this.annotations.push(words));
      environmentUrl = message.environmentUrl === null ? "" : evaluator.text(message.environmentUrl, this.contexts());
    } catch (error) {
      this.problem(error);
      this.failed = true;
    }
    return {
      conclusion: this.cancelled ? "cancelled" : this.failed ? "failure" : "success",
      steps: this.timeline.steps,
      outputs,
      environmentUrl: this.setup.masks.apply(environmentUrl),
      annotations: this.annotations,
      summary: this.summary,
    };
  }
}
