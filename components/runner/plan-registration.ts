/**
 * Plans what is needed so that a host is registered. Pure.
 */
import type { GitHubRunner } from "@ghrunners/core/github/runner";

/** Where a runner is registered, and with which name and labels. */
export interface RunnerIdentity {
  /** `https://github.com` or a GitHub Enterprise Server. */
  readonly githubUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Group of the organization that the runner belongs to; absent: it belongs to the repository. */
  readonly runnerGroup?: string;
  readonly runnerName: string;
  /** Exactly these; GitHub's defaults are left out. */
  readonly labels: readonly string[];
  /** systemd unit of the runner. */
  readonly unit: string;
}

/** Time limits. A change of a limit alone changes no resource. */
export interface RegistrationLimits {
  /** How long a running job may take when the runner is drained, minutes. */
  readonly drainMinutes: number;
  /** How long GitHub may take to show a started runner online, seconds. */
  readonly onlineSeconds: number;
}

/** The registration as the host has it: content of its `.runner` file. */
export interface HostRegistration {
  readonly agentId: number;
  readonly agentName: string;
  readonly gitHubUrl: string;
}

export type RegistrationPlan =
  | { readonly action: "keep"; readonly runnerId: number }
  | { readonly action: "register"; readonly reason: string }
  /** Another machine's runner is online under this name; GitHub may not have noticed yet that it is gone. */
  | { readonly action: "wait"; readonly reason: string };

/** @see GitHubRunner; `elsewhere`: it is in another group of the organization */
export type RunnerAtGitHub = GitHubRunner & { readonly elsewhere?: boolean | undefined };

/**
 * @param onHost undefined if the host is not registered
 * @param atGitHub the runner of this name, undefined if there is none
 * @param known number of the runner that this stack registered before, if any
 */
export function planRegistration(
  wanted: { readonly runnerName: string; readonly url: string },
  onHost: HostRegistration | undefined,
  atGitHub: RunnerAtGitHub | undefined,
  known: number | undefined,
): RegistrationPlan {
  const hostFits =
    onHost !== undefined &&
    onHost.agentName === wanted.runnerName &&
    onHost.gitHubUrl.toLowerCase() === wanted.url.toLowerCase();
  if (hostFits && atGitHub?.id === onHost.agentId) return { action: "keep", runnerId: onHost.agentId };
  if (atGitHub === undefined) {
    return {
      action: "register",
      reason: onHost === undefined ? "not registered" : "GitHub does not know the host's registration",
    };
  }
  const isOurs = atGitHub.id === known || atGitHub.id === onHost?.agentId;
  if (atGitHub.elsewhere === true && !isOurs) {
    const reason = `a runner named ${wanted.runnerName} (id ${atGitHub.id}) is in another runner group`;
    return { action: "wait", reason };
  }
  if (atGitHub.online && !isOurs) {
    return { action: "wait", reason: `a runner named ${wanted.runnerName} (id ${atGitHub.id}) is online elsewhere` };
  }
  return { action: "register", reason: "the registration belongs to a machine that does not exist any more" };
}

/** Reads a `.runner` file. GitHub's runner writes it with a byte order mark. */
export function parseHostRegistration(text: string): HostRegistration | undefined {
  const clean = text.replace(/^\uFEFF/, "").trim();
  if (clean === "") return undefined;
  try {
    // Files have camel case; the runner's source uses Pascal case and reads both.
    const fields = Object.entries(JSON.parse(clean) as Record<string, unknown>);
    const field = (name: string): unknown => fields.find(([key]) => key.toLowerCase() === name)?.[1];
    const [agentId, agentName, gitHubUrl] = [field("agentid"), field("agentname"), field("githuburl")];
    if (typeof agentId !== "number" || typeof agentName !== "string" || typeof gitHubUrl !== "string") return undefined;
    return { agentId, agentName, gitHubUrl };
  } catch {
    // A file cut short by a crash does not count as a registration.
    return undefined;
  }
}

/** Properties whose change makes it a different runner. */
const IDENTITY = ["githubUrl", "repository", "runnerGroup", "runnerName"] as const;

export interface DiffPlan {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

function plan(olds: object, news: object, compared: readonly string[]): DiffPlan {
  const differs = (key: string): boolean =>
    JSON.stringify((olds as Record<string, unknown>)[key]) !== JSON.stringify((news as Record<string, unknown>)[key]);
  const replaces = IDENTITY.filter(differs);
  return { changes: replaces.length > 0 || compared.some(differs), replaces: [...replaces], deleteBeforeReplace: true };
}

/** `credentials`: "lost" in what a refresh saw, never wanted; so a host without them is registered anew. */
export function diffRegistration(olds: object, news: object): DiffPlan {
  return plan(olds, news, ["host", "incarnation", "unit", "groupId", "credentials"]);
}

export interface RegisteredRunnerView {
  readonly labels: readonly string[];
  readonly drained?: boolean;
}

/** Labels are compared as GitHub compares them; a run that drained the runner must always update it. */
export function diffRegisteredRunner(
  olds: RegisteredRunnerView,
  news: RegisteredRunnerView,
  sameLabels: (a: readonly string[], b: readonly string[]) => boolean,
): DiffPlan {
  const fixed = plan(olds, news, [
    "host",
    "incarnation",
    "unit",
    "runnerId",
    "version",
    "revision",
    "service",
    "status",
  ]);
  const labels = Array.isArray(news.labels) && sameLabels(olds.labels, news.labels);
  return { ...fixed, changes: fixed.changes || !labels || news.drained === true };
}
