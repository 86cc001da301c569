import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type {
  JobMessage,
  JobOffer,
  RunnerMessage,
  SessionReply,
  UpdateRequested,
} from "../../github/runner-protocol/messages";
import type { Diagnostics } from "./diagnostics";
import { ExitError, exitCodes, release } from "./release";
import { updateItself } from "./self-update";
import { call, ServerError } from "./server";
import type { ListenerSettings } from "./settings";
import { WorkerProcess } from "./worker-process";

const pollTimeoutMs = 60_000;
const conflictRetryMs = 2_000;
/** GitHub's listener gives up on a session conflict after 4 minutes. */
const conflictLimitMs = 4 * 60_000;
/** An idle listener writes to its log only this often, in the words of the broker's listener, which github.com uses. */
const idleLogMs = 30 * 60_000;
const source = "BrokerMessageListener";

export interface ListenerSetup {
  readonly root: string;
  readonly settings: ListenerSettings;
  readonly credential: string;
  /** Keeps the settings that GitHub gave the runner anew. @throws Error where they cannot be written */
  readonly migrate: () => void;
  readonly diagnostics: Diagnostics;
  readonly once: boolean;
  /** Environment of workers. */
  readonly env: NodeJS.ProcessEnv;
  /** Aborted when the listener is to end. */
  readonly shutdown: AbortSignal;
  readonly print: (line: string) => void;
}

/** Takes jobs until it is asked to end. */
export class Listener {
  private session: SessionReply | undefined;
  private worker: WorkerProcess | undefined;
  private disconnectedSince: number | undefined;

  constructor(private readonly setup: ListenerSetup) {}

  /** @returns the exit code @throws Exit with the code that says why it ends by itself */
  async run(): Promise<number> {
    const { shutdown, diagnostics, print } = this.setup;
    shutdown.addEventListener("abort", () => this.worker?.cancel());
    await this.openSession();
    print(`\n√ Connected to GitHub\n\nCurrent runner version: '${release.version}'`);
    print(`${stamp()}: Listening for Jobs`);
    diagnostics.info("Runner", "Listening for Jobs");
    const heartbeat = this.beat();
    try {
      let lastLogged = Date.now();
      while (!shutdown.aborted) {
        const message = await this.nextMessage();
        if (message?.kind === "configuration-moved") {
          await this.moved();
        } else if (message?.kind === "update-requested") {
          await this.update(message);
          return this.takesOneJob ? exitCodes.onceUpdating : exitCodes.updating;
        } else if (message !== undefined) {
          await this.runJob(message);
          if (this.takesOneJob) return exitCodes.success;
          lastLogged = Date.now();
        } else if (Date.now() - lastLogged >= idleLogMs) {
          diagnostics.info(source, "No message retrieved within last 30 minutes.");
          lastLogged = Date.now();
        }
      }
      return exitCodes.success;
    } finally {
      heartbeat.stop();
      await this.closeSession();
    }
  }

  private get takesOneJob(): boolean {
    return this.setup.once || this.setup.settings.ephemeral;
  }

  private request<Answer>(
    method: "GET" | "POST" | "DELETE",
    path: string,
    body?: unknown,
    timeoutMilliseconds?: number,
  ): Promise<Answer> {
    const { settings, credential } = this.setup;
    const isLongPoll = method === "GET";
    return call<Answer>({
      method,
      url: `${settings.serverUrl}${path}`,
      authorization: `Bearer ${credential}`,
      ...(body === undefined ? {} : { body }),
      ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
      ...(isLongPoll ? { signal: this.setup.shutdown } : {}),
    });
  }

  private async openSession(): Promise<void> {
    const body = { version: release.version, os: "Linux", owner: `${hostname()} (PID: ${process.pid})` };
    const began = Date.now();
    for (let attempt = 0; !this.setup.shutdown.aborted; attempt += 1) {
      try {
        this.session = await this.request<SessionReply>("POST", "/session", body, 10_000);
        this.setup.diagnostics.info(source, `Session created: ${this.session.sessionId}`);
        this.reconnected();
        return;
      } catch (error) {
        if (error instanceof ServerError && error.reason === "session-conflict") {
          this.setup.print("A session for this runner already exists.");
          if (Date.now() - began > conflictLimitMs)
            throw new ExitError(
              exitCodes.sessionConflict,
              `Stop retry on SessionConflictException after retried for 240 seconds.\nFailed to create session. ${error.message}`,
            );
          this.lost(error);
          await this.pause(conflictRetryMs);
        } else {
          this.refusedForGood(error);
          this.lost(error);
          await this.pause(backOff(attempt));
        }
      }
    }
  }

  private async closeSession(): Promise<void> {
    if (this.session === undefined) return;
    const path = `/session?sessionId=${this.session.sessionId}`;
    this.session = undefined;
    await this.request("DELETE", path, undefined, 2_000).catch(() => undefined);
  }

  /** One poll. Undefined when nothing came, or after a lost connection was found again. */
  private async nextMessage(): Promise<RunnerMessage | undefined> {
    for (let attempt = 0; !this.setup.shutdown.aborted; attempt += 1) {
      if (this.session === undefined) await this.openSession();
      try {
        const path = `/message?sessionId=${this.session?.sessionId ?? ""}`;
        const message = await this.request<RunnerMessage | undefined>("GET", path, undefined, pollTimeoutMs);
        this.reconnected();
        return message;
      } catch (error) {
        if (this.setup.shutdown.aborted) return undefined;
        this.refusedForGood(error);
        if (error instanceof ServerError && error.reason === "session-unknown") {
          this.session = undefined;
        } else {
          this.lost(error);
          await this.pause(backOff(attempt));
        }
      }
    }
    return undefined;
  }

  /** Goes on in a new session, as GitHub's listener does. Source: actions/runner, Runner.cs, ExecuteRunnerAsync. */
  private async moved(): Promise<void> {
    try {
      this.setup.migrate();
      this.setup.diagnostics.info("RunnerConfigUpdater", "Runner settings updated successfully");
    } catch (error) {
      this.setup.diagnostics.error("RunnerConfigUpdater", (error as Error).message);
    }
    await this.closeSession();
  }

  /** A listener that cannot update itself ends, and the one that follows it goes on. Source: actions/runner, Program.cs. */
  private async update(wanted: UpdateRequested): Promise<void> {
    const { root, settings, print, shutdown, diagnostics } = this.setup;
    diagnostics.info("Runner", "Refresh message received, kick-off selfupdate background process.");
    try {
      await updateItself({ root, workFolder: settings.workFolder, print, shutdown }, wanted);
    } catch (error) {
      throw new ExitError(exitCodes.retryable, `An error occurred: ${(error as Error).message}`);
    }
  }

  private async runJob({ jobId, name }: JobOffer): Promise<void> {
    const { root, settings, env, print, diagnostics, shutdown } = this.setup;
    let message: JobMessage;
    try {
      message = await this.request<JobMessage>("POST", `/job/${jobId}/acquire`);
    } catch (error) {
      // It was cancelled, or the answer was lost: the server offers it again if it is still ours.
      diagnostics.warning("JobDispatcher", `Job ${jobId} could not be acquired: ${(error as Error).message}`);
      await this.pause(500);
      return;
    }
    print(`${stamp()}: Running job: ${name}`);
    diagnostics.info("JobDispatcher", `Running job: ${name}`);
    this.worker = new WorkerProcess(root, settings.serverUrl, message, env);
    if (shutdown.aborted) this.worker.cancel();
    const result = await this.worker.finished;
    this.worker = undefined;
    print(`${stamp()}: Job ${name} completed with result: ${result}`);
    diagnostics.info("JobDispatcher", `Job ${name} completed with result: ${result}`);
  }

  /** Sign of life beside the poll, also while a job runs. */
  private beat(): { stop: () => void } {
    const timer = setInterval(() => {
      if (this.session === undefined) return;
      const path = `/heartbeat?sessionId=${this.session.sessionId}`;
      // The poll notices what is wrong, except while a job runs: then there is none.
      this.request("POST", path, undefined, 5_000).then(
        () => this.reconnected(),
        (error: unknown) => {
          if (this.worker !== undefined && error instanceof ServerError && error.reason === "session-unknown") {
            this.session = undefined;
            this.openSession().catch(() => undefined);
          }
        },
      );
    }, this.session?.heartbeatMilliseconds ?? 2_000);
    return { stop: () => clearInterval(timer) };
  }

  /** @throws Exit for an answer after which trying again is useless */
  private refusedForGood(error: unknown): void {
    if (!(error instanceof ServerError)) return;
    if (error.reason === "registration-deleted") {
      throw new ExitError(
        exitCodes.terminated,
        "Failed to create a session. The runner registration has been deleted from the server, please re-configure. Runner registrations are automatically deleted for runners that have not connected to the service recently.",
      );
    }
    if (error.reason === "version-deprecated") {
      const wanted = /^(true|1)$/i.test(process.env.ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE ?? "");
      throw new ExitError(
        wanted ? exitCodes.versionDeprecated : exitCodes.terminated,
        `An error occured: ${error.message}`,
      );
    }
  }

  private lost(error: unknown): void {
    if (this.disconnectedSince !== undefined) return;
    this.disconnectedSince = Date.now();
    this.report(`Runner connect error: ${(error as Error).message}. Retrying until reconnected.`);
  }

  private reconnected(): void {
    if (this.disconnectedSince === undefined) return;
    this.disconnectedSince = undefined;
    this.report("Runner reconnected.");
  }

  private report(words: string): void {
    this.setup.print(`${stamp()}: ${words}`);
    this.setup.diagnostics.warning(source, words);
  }

  private async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.setup.shutdown }).catch(() => undefined);
  }
}

/** 0.2 s, doubled up to 5 s: the lab is on the same machine. GitHub's listener waits 15 to 60 s. */
export const backOff = (attempt: number): number => Math.min(5_000, 200 * 2 ** Math.min(attempt, 10));

const stamp = (): string => `${new Date().toISOString().replace("T", " ").slice(0, 19)}Z`;
