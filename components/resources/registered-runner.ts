/**
 * The dynamic resource RegisteredRunner: the running service and GitHub's view of it. GitHub assigns jobs by labels, so
 * they are set last, when everything else is in place.
 */
import type * as pulumi from "@pulumi/pulumi";
import { RUNNER_HOME, RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import { sameLabels } from "@ghrunners/core/github/runner";
import type { HostSession } from "@ghrunners/core/ssh/session";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { diffRegisteredRunner, type RegistrationLimits, type RunnerIdentity } from "../runner/plan-registration";
import { configure, openGitHub, withHost, withHostIfReachable, withHostWhenUp } from "./provider-access";
import type { OfflineHost } from "../runner/plan-offline";
import { refuseOnItself } from "../runner/own-machine";
import { removeRunner } from "../runner/remove-registration";
import { waitUntilOnline } from "../runner/wait-until-online";
import { hostScript } from "../scripts/read-script";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { runScript } from "@ghrunners/core/ssh/script";

/** Inputs of the dynamic resource RegisteredRunner, as its provider sees them. */
export interface RegisteredRunnerInputs extends RunnerIdentity {
  readonly host: HostAddress;
  readonly incarnation: string;
  readonly runnerId: number;
  /** Oldest accepted version: the configured one. */
  readonly version: string;
  /** Fingerprint of VM and agent. A change means that the runner was drained and must get its labels back. */
  readonly revision: string;
  /** True in a run that removed the labels. */
  readonly drained: boolean;
  /** State of the unit, wanted and (in the state) as seen: active. */
  readonly service: string;
  /** State at GitHub, wanted and (in the state) as seen: online. */
  readonly status: string;
  readonly limits: RegistrationLimits;
}

export interface RegisteredRunnerState extends RegisteredRunnerInputs {
  /** Version that the runner reports; newer than `version` after a self-update. */
  readonly runningVersion: string;
}

const SCRIPT = hostScript("service.sh");
const SCRIPT_LIMIT_MS = 120_000;
const PROBE_TIMEOUT_MS = 5_000;
/** How long a machine may take to answer SSH again after a change of its VM restarted it. */
const RESTART_LIMIT_MS = 180_000;

function script(
  session: HostSession,
  verb: "start" | "restart" | "stop" | "show" | "look",
  { unit }: RegisteredRunnerInputs,
  limitMs = SCRIPT_LIMIT_MS,
): Promise<string> {
  return runScript(session, SCRIPT, verb, { UNIT: unit, RUNNER_USER, RUNNER_HOME }, limitMs);
}

/** First line: active, disabled or another state of systemd; second line: version of the listener on disk. */
async function probe(
  session: HostSession,
  inputs: RegisteredRunnerInputs,
): Promise<{ service: string; version: string }> {
  const [service = "unknown", version = ""] = (await script(session, "show", inputs, PROBE_TIMEOUT_MS * 4))
    .trim()
    .split("\n");
  return { service, version };
}

/** @returns seconds since the unit was started: 0 if this started it */
async function start(session: HostSession, inputs: RegisteredRunnerInputs): Promise<number> {
  return Number(await script(session, "start", inputs));
}

/** What the host shows of a runner that GitHub does not show online; undefined if it does not answer. */
async function lookAt(inputs: RegisteredRunnerInputs): Promise<OfflineHost | undefined> {
  const text = await withHostIfReachable(inputs.host, (session) => script(session, "look", inputs));
  const [unit = "unknown", jobs, words = ""] = text?.split("\n") ?? [];
  const holdsSession = words.startsWith("A session for this runner already exists");
  return text === undefined ? undefined : { unit, jobs: Number(jobs), holdsSession };
}

async function converge(inputs: RegisteredRunnerInputs): Promise<RegisteredRunnerState> {
  const github = await openGitHub(inputs);
  const startAndProbe = async (session: HostSession): Promise<{ activeSeconds: number; version: string }> => {
    const activeSeconds = await start(session, inputs);
    return { activeSeconds, version: (await probe(session, inputs)).version };
  };
  const { activeSeconds, version } = await withHostWhenUp(inputs.host, startAndProbe, RESTART_LIMIT_MS);
  const runner = await waitUntilOnline(github, inputs, activeSeconds, {
    look: () => lookAt(inputs),
    restart: () => withHost(inputs.host, (session) => script(session, "restart", inputs)),
  });
  const runningVersion = runner.version ?? version;
  if (runningVersion !== "" && compareVersions(runningVersion, inputs.version) < 0) {
    throw new Error(
      `Runner ${inputs.runnerName} runs version ${runningVersion}, expected ${inputs.version} or newer. ` +
        `Next: journalctl -u ${inputs.unit} on ${inputs.host.host}, then pulumi up`,
    );
  }
  if (!sameLabels(runner.labels, inputs.labels)) await github.setLabels(inputs.runnerId, inputs.labels);
  return { ...inputs, runningVersion };
}

export const provider: pulumi.dynamic.ResourceProvider<RegisteredRunnerInputs, RegisteredRunnerState> = {
  configure,
  diff: async (_id, olds, news) => diffRegisteredRunner(olds, news, sameLabels),
  create: async (inputs) => ({ id: inputs.runnerName, outs: await converge(inputs) }),
  update: async (_id, _olds, news) => ({ outs: await converge(news) }),
  read: async (id, state) => {
    if (state === undefined) return { id };
    const [runner, host] = await Promise.all([
      openGitHub(state).then((github) => github.runner(state.runnerId)),
      withHostIfReachable(state.host, (session) => probe(session, state), PROBE_TIMEOUT_MS),
    ]);
    if (runner === undefined) return { id: "" };
    const seen = {
      // If the sets are equal keep the configured order, so that the order alone is not a difference.
      labels: sameLabels(runner.labels, state.labels) ? state.labels : runner.labels,
      status: runner.online ? "online" : "offline",
      service: host?.service ?? "unreachable",
      runningVersion: runner.version ?? host?.version ?? state.runningVersion,
    };
    return { id, props: { ...state, ...seen } };
  },
  delete: async (_id, state) => {
    refuseOnItself(state.runnerName);
    await removeRunner(await openGitHub(state), state.runnerId, state.limits, async () => {
      await withHostIfReachable(state.host, (session) => script(session, "stop", state));
    });
  },
};

/** The service on the host, and the runner as GitHub shows it: online, with exactly its labels. */
export class RegisteredRunner extends DynamicResource {
  declare readonly runnerId: pulumi.Output<number>;
  declare readonly labels: pulumi.Output<string[]>;
  declare readonly status: pulumi.Output<string>;
  declare readonly runningVersion: pulumi.Output<string>;

  constructor(name: string, inputs: Inputs<RegisteredRunnerInputs>, opts: pulumi.CustomResourceOptions) {
    super("RegisteredRunner", name, inputs, ["runningVersion"], opts);
  }
}
