/**
 * The dynamic resource Registration: one step from "installed" to "registered". The registration token is requested,
 * passed to the host on standard input and discarded; it is not in the state, so an interrupted run leaves no expired
 * token behind.
 */
import type * as pulumi from "@pulumi/pulumi";
import { RUNNER_HOME, RUNNER_USER, SETUP_USER, WORK_FOLDER } from "@ghrunners/core/vocabulary/runner";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { drainRunner } from "@ghrunners/core/github/drain";
import { type Repository, repositoryOf } from "@ghrunners/core/github/repository";
import { groupOfRunner, moveRunner } from "@ghrunners/core/github/runner-group";
import { registrationUrl, runnersPage } from "@ghrunners/core/github/runner-scope";
import type { HostSession } from "@ghrunners/core/ssh/session";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import {
  diffRegistration,
  type RegistrationLimits,
  parseHostRegistration,
  planRegistration,
  type RegistrationPlan,
  type RunnerIdentity,
} from "../runner/plan-registration";
import { configure, openGitHub, withHost, withHostIfReachable } from "./provider-access";
import { renderUnit } from "../runner/render-agent";
import { refuseOnItself } from "../runner/own-machine";
import { removeRunner } from "../runner/remove-registration";
import { hostScript } from "../scripts/read-script";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { runScript } from "@ghrunners/core/ssh/script";
import { poll } from "@ghrunners/core/until";

/** Inputs of the dynamic resource Registration, as its provider sees them. */
export interface RegistrationInputs extends RunnerIdentity {
  readonly host: HostAddress;
  /** MAC address of the machine. */
  readonly incarnation: string;
  readonly limits: RegistrationLimits;
  /** GitHub's number of the runner group, if the runner belongs to the organization. */
  readonly groupId?: number;
}

export interface RegistrationState extends RegistrationInputs {
  /** GitHub's number of the runner. */
  readonly runnerId: number;
  /** Set by a refresh that did not find them on the host. */
  readonly credentials?: "lost";
}

const SCRIPT = hostScript("registration.sh");
/**
 * config.sh got the answer 404. A token that expired or was used up in between is one cause, and a fresh one its
 * remedy.
 */
const TOKEN_REFUSED = "GitHub answers 404 to the registration";
const SCRIPT_LIMIT_MS = 180_000;
/** A refresh waits no longer than this for a host, milliseconds. */
const PROBE_TIMEOUT_MS = 5_000;
/** How long the runner of a deleted machine may still be shown online before its name counts as taken. */
const NAME_TAKEN = { limitMs: 60_000, pauseMs: 1_000 };

const whereOf = ({ githubUrl: url, ...where }: RegistrationInputs): Repository => repositoryOf({ url, ...where });

function script(session: HostSession, verb: string, inputs: RegistrationInputs, token = ""): Promise<string> {
  const parameters = {
    UNIT: inputs.unit,
    UNIT_FILE: renderUnit(inputs.runnerName),
    RUNNER_USER,
    SETUP_USER,
    RUNNER_HOME,
    WORK_FOLDER,
    RUNNER_NAME: inputs.runnerName,
    URL: registrationUrl(whereOf(inputs)),
    GROUP: inputs.runnerGroup ?? "",
    LABELS: inputs.labels.join(","),
    TOKEN: token,
    TOKEN_REFUSED,
  };
  return runScript(session, SCRIPT, verb, parameters, SCRIPT_LIMIT_MS);
}

async function register(github: GitHubClient, session: HostSession, inputs: RegistrationInputs): Promise<number> {
  try {
    await script(session, "register", inputs, await github.registrationToken());
  } catch (error) {
    if (!(error as Error).message.includes(TOKEN_REFUSED)) throw error;
    await script(session, "register", inputs, await github.registrationToken());
  }
  const onHost = parseHostRegistration(await script(session, "show", inputs));
  if (onHost === undefined) {
    throw new Error(
      `config.sh of ${inputs.runnerName} ended without an error and without a registration. Next: pulumi up`,
    );
  }
  return onHost.agentId;
}

/**
 * Registering stops the unit. A listener that has lost its files works on until its next start, and may have a job.
 * @throws Error if this process is that job, or if the job does not end in time
 */
async function drain(
  github: GitHubClient,
  { runnerName, limits }: RegistrationInputs,
  runnerId: number,
): Promise<void> {
  refuseOnItself(runnerName);
  await drainRunner(github, runnerId, limits.drainMinutes * 60_000);
}

/** Makes host and GitHub agree on one registration, whatever state an earlier run left. */
async function ensureRegistered(inputs: RegistrationInputs, known: number | undefined): Promise<RegistrationState> {
  const github = await openGitHub(inputs);
  const runnerId = await withHost(inputs.host, async (session) => {
    const onHost = parseHostRegistration(await script(session, "show", inputs));
    const wanted = { runnerName: inputs.runnerName, url: registrationUrl(whereOf(inputs)) };
    const look = async (): Promise<RegistrationPlan> => {
      const atGitHub = await github.runnerNamed(inputs.runnerName);
      const elsewhere = atGitHub && (await isElsewhere(github, inputs, atGitHub.id));
      return planRegistration(wanted, onHost, atGitHub && { ...atGitHub, elsewhere }, known);
    };
    const plan = await poll(look, ({ action }) => action !== "wait", NAME_TAKEN);
    if (plan.action === "register") {
      if (known !== undefined) await drain(github, inputs, known);
      return register(github, session, inputs);
    }
    if (plan.action === "keep") {
      await script(session, "install-service", inputs);
      return plan.runnerId;
    }
    throw new Error(
      `The runner name is taken: ${plan.reason}. Expected a different name for every machine. ` +
        `Next: remove that runner at ${runnersPage(whereOf(inputs))}, or choose another name for this one`,
    );
  });
  await intoGroup(github, inputs, runnerId);
  return { ...inputs, runnerId };
}

/** The state with what its host has; of one that does not answer, with what was seen before. */
async function withCredentialsSeen(state: RegistrationState): Promise<RegistrationState> {
  const word = await withHostIfReachable(
    state.host,
    (session) => script(session, "credentials", state),
    PROBE_TIMEOUT_MS,
  );
  if (word === undefined) return state;
  if (word.trim() === "lost") return { ...state, credentials: "lost" };
  return Object.fromEntries(
    Object.entries(state).filter(([key]) => key !== "credentials"),
  ) as unknown as RegistrationState;
}

/** Whether a runner of the organization is in another group, where other repositories use it. */
async function isElsewhere(github: GitHubClient, { groupId }: RegistrationInputs, runnerId: number): Promise<boolean> {
  return groupId !== undefined && (await groupOfRunner(github, runnerId)) !== groupId;
}

/** The runner of a group that was deleted is in the default group, which every repository may use. */
async function intoGroup(github: GitHubClient, inputs: RegistrationInputs, runnerId: number): Promise<void> {
  if (inputs.groupId === undefined || !(await isElsewhere(github, inputs, runnerId))) return;
  await moveRunner(github, runnerId, inputs.groupId);
}

export const provider: pulumi.dynamic.ResourceProvider<RegistrationInputs, RegistrationState> = {
  configure,
  diff: async (_id, olds, news) => diffRegistration(olds, news),
  create: async (inputs) => ({ id: inputs.runnerName, outs: await ensureRegistered(inputs, undefined) }),
  update: async (_id, olds, news) => ({ outs: await ensureRegistered(news, olds.runnerId) }),
  read: async (id, state) => {
    if (state === undefined) return { id };
    const github = await openGitHub(state);
    const runner = await github.runner(state.runnerId);
    // If GitHub does not know it, the registration is gone: an empty id reports that.
    if (runner === undefined) return { id: "" };
    const props = await withCredentialsSeen(state);
    if (state.groupId === undefined) return { id, props };
    return { id, props: { ...props, groupId: (await groupOfRunner(github, state.runnerId)) ?? state.groupId } };
  },
  delete: async (_id, state) => {
    refuseOnItself(state.runnerName);
    await removeRunner(await openGitHub(state), state.runnerId, state.limits, async () => {
      await withHostIfReachable(state.host, (session) => script(session, "unregister", state));
    });
  },
};

/**
 * A host's registration at GitHub. Replaced, deleting the old one first, when the runner's name or repository changes.
 */
export class Registration extends DynamicResource {
  declare readonly runnerId: pulumi.Output<number>;

  constructor(name: string, inputs: Inputs<RegistrationInputs>, opts: pulumi.CustomResourceOptions) {
    super("Registration", name, inputs, ["runnerId"], opts);
  }
}
