import { randomUUID } from "node:crypto";
import { z } from "zod";
import { isDeprecated } from "../deprecations";
import { downloadPath, listDistributions } from "../distributions";
import { parseBody } from "../http/body";
import { GitHubApiError } from "../http/errors";
import { type ApiRequest, noContent, plainRoute, type GitHubReply, type GitHubRoute } from "../http/message";
import type { StoredRunner } from "../model";
import type { Services } from "../services";
import type { JobQueue } from "../workflows/job-queue";
import { refusal, runnerOf, sessionOf } from "./access";
import { protocolRoot, type RunnerMessage, type SessionReply, type UpdateRequested } from "./messages";
import { type Session, Sessions } from "./sessions";

const sessionBody = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  os: z.string(),
  owner: z.string().min(1),
});

/** GitHub ends a poll without a message after about 50 s. */
const longestPollMs = 50_000;

/** The connection of a listener: session, heartbeat, waiting for jobs. */
export function sessionRoutes(services: Services, jobs: JobQueue): GitHubRoute[] {
  const sessions = new Sessions(services.faults);

  const heard = (runner: StoredRunner, session: Session): void => {
    if (sessions.isHung(session, runner)) return;
    session.lastHeard = services.store.clock.now();
    const wasConnected = services.presence.isConnected(runner.id);
    services.presence.heard(runner.id);
    if (!wasConnected) jobs.tick();
  };

  function open(request: ApiRequest): GitHubReply {
    const runner = runnerOf(services, request);
    const { version, owner } = parseBody(sessionBody, request.body);
    const { faults, store, seed } = services;
    refuseDeprecated(services, runner, version);
    const now = store.clock.now();
    const rival = sessions.rival(runner.id, owner, now, seed.sessionMilliseconds);
    if (rival !== undefined || faults.hits("runner-session-conflict", runner.name)) {
      // All that the broker says. Source: actions/runner, issue 4155.
      throw refusal(409, "session-conflict", "Error: Conflict");
    }
    const session: Session = { id: randomUUID(), runnerId: runner.id, owner, createdAt: now, lastHeard: now };
    sessions.open(session);
    // A restart of its service frees such a runner, mostly. Source: issue 4312 of actions/runner.
    if (faults.hits("runner-ghost-busy", runner.name)) faults.clear("runner-ghost-busy", { name: runner.name });
    if (runner.version !== version) {
      store.change((state) => {
        const known = state.runners.find(({ id }) => id === runner.id);
        if (known !== undefined) known.version = version;
      });
    }
    heard(runner, session);
    const reply: SessionReply = {
      sessionId: session.id,
      heartbeatMilliseconds: Math.max(200, Math.round(seed.runnerSilenceMilliseconds / 4)),
    };
    return { status: 201, body: reply };
  }

  function close(request: ApiRequest): GitHubReply {
    const runner = runnerOf(services, request);
    sessions.close(sessionOf(sessions, runner, request));
    services.presence.gone(runner.id);
    return noContent;
  }

  async function message(request: ApiRequest): Promise<GitHubReply> {
    const runner = runnerOf(services, request);
    const session = sessionOf(sessions, runner, request);
    heard(runner, session);
    const next = (): RunnerMessage | undefined => {
      if (sessions.isHung(session, runner)) return undefined;
      // A poll that waits learns at once that the service went down, or that the runner is no longer wanted.
      if (services.faults.active("down") !== undefined) throw new GitHubApiError(502, "Bad Gateway");
      refuseDeprecated(services, runnerOf(services, request), runner.version ?? "unknown");
      if (services.faults.hits("runner-migrated", runner.name)) return { kind: "configuration-moved" };
      const update = updateFor(services, runner);
      if (update !== undefined) return update;
      const job = jobs.offered(runner.id);
      return job === undefined ? undefined : { kind: "job", jobId: job.id, name: job.name };
    };
    const found = await firstChange(services, next, request.signal);
    if (found?.kind === "configuration-moved")
      services.faults.strike("runner-migrated", ({ name }) => name === runner.name);
    if (found?.kind === "update-requested") services.faults.strike("runner-update", ({ name }) => name === runner.name);
    return found === undefined ? noContent : { status: 200, body: found };
  }

  return [
    plainRoute("POST", `${protocolRoot}/session`, "own", open),
    plainRoute("DELETE", `${protocolRoot}/session`, "own", close),
    plainRoute("POST", `${protocolRoot}/heartbeat`, "own", (request) => {
      const runner = runnerOf(services, request);
      heard(runner, sessionOf(sessions, runner, request));
      return noContent;
    }),
    plainRoute("GET", `${protocolRoot}/message`, "own", message),
  ];
}

/**
 * What tells a runner to update itself. One that was registered with --disableupdate is never told. Source: GitHub,
 * "Self-hosted runners reference".
 */
function updateFor({ faults, seed }: Services, runner: StoredRunner): UpdateRequested | undefined {
  const fault = faults.active("runner-update", ({ name }) => name === runner.name);
  if (fault === undefined || runner.disableUpdate) return undefined;
  const { version } = fault.parameters;
  const found = listDistributions(seed.distributionsDir).find((each) => each.version === version);
  if (found === undefined) throw new Error(`The fault runner-update names version ${version}, which no release has.`);
  const downloadUrl = `${seed.publicUrl}${downloadPath(found)}`;
  return { kind: "update-requested", version, downloadUrl, sha256: found.sha256 };
}

function refuseDeprecated(services: Services, runner: StoredRunner, version: string): void {
  const fault = services.faults.active(
    "runner-version-deprecated",
    (meant) => meant.name === runner.name && (meant.version ?? version) === version,
  );
  if (fault === undefined && !isDeprecated(services, version)) return;
  throw refusal(403, "version-deprecated", `Runner version v${version} is deprecated and cannot receive messages.`);
}

/**
 * Asks `next` now and after every change of the store, until it answers or throws, the poll ends or the client leaves.
 */
async function firstChange<Found>(
  { store }: Services,
  next: () => Found | undefined,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const found = next();
  if (found !== undefined || signal.aborted) return found;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener("abort", abandoned);
      settle();
    };
    const abandoned = (): void => finish(() => resolve(undefined));
    const timer = setTimeout(abandoned, longestPollMs);
    const unsubscribe = store.onChange(() => {
      try {
        const value = next();
        if (value !== undefined) finish(() => resolve(value));
      } catch (error) {
        finish(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    });
    signal.addEventListener("abort", abandoned);
  });
}
