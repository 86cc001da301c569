import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { orEmpty } from "../resources/or-empty";
import { readScript, renderScript, rootCommand } from "../scripts/connection";
import { agentParameters, type JobPolicy } from "./render-agent";
import type { RunnerArchive } from "./runner-archive";

/** Arguments of {@link RunnerAgent}. */
export interface RunnerAgentArgs {
  /** Connection of the host; contains the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** The machine's MAC address: if it changes, everything is installed again. */
  readonly incarnation: pulumi.Input<string>;
  readonly archive: pulumi.Input<RunnerArchive>;
  /** systemd unit of the runner, by svc.sh's naming. */
  readonly unit: pulumi.Input<string>;
  readonly jobs: pulumi.Input<JobPolicy>;
  /** IPv4 addresses that no job needs. */
  readonly closed: pulumi.Input<string[]>;
  /** Whether its jobs deliver the stacks: a delivery runner. Plain: the role decides. */
  readonly delivers: boolean;
  /** How long a stop waits for the running job, minutes. */
  readonly drainTimeoutMinutes: pulumi.Input<number>;
  /** The machine: when it is deleted, nothing on it has to be deleted separately. */
  readonly machine: pulumi.Resource;
  /** Runs before an installation, which restarts the runner. */
  readonly drain: pulumi.ResourceHook;
  /** Restores the labels when an installation failed and was rolled back. */
  readonly restoreLabels: pulumi.ErrorHook;
}

/**
 * GitHub's runner program on a host: archive by URL and SHA-256, unprivileged user, job hooks, unit drop-in. It is not
 * registered yet and not running. Installing over an older version keeps the older one as a fallback.
 */
export class RunnerAgent extends pulumi.ComponentResource {
  /** Fingerprint of everything that was installed. */
  readonly revision: pulumi.Output<string>;

  constructor(name: string, args: RunnerAgentArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { archive, incarnation, unit, jobs, closed, delivers, drainTimeoutMinutes } = args;
    // The connection contains the private key, so it is left out of the component's recorded inputs.
    const shown = { archive, incarnation, unit, jobs, closed, drainTimeoutMinutes };
    super("ghrunners:agent:RunnerAgent", name, shown, opts);

    const script = readScript("agent.sh");
    const hooks = {
      jobStarted: readScript("job-started.sh"),
      jobCompleted: readScript("job-completed.sh"),
      jobTraces: readScript("job-traces.sh"),
    };
    // The machine is part of the text, so a new machine is installed by an update. A changed trigger would instead
    // replace the resource, and its delete script would run on the new machine.
    const stdin = pulumi
      .output(shown)
      .apply((known) =>
        renderScript(script, agentParameters({ ...known, delivers }, known.archive, known.incarnation, hooks)),
      );
    const install = new command.remote.Command(
      name,
      {
        connection: args.connection,
        create: rootCommand("install"),
        update: rootCommand("install"),
        delete: rootCommand("remove"),
        stdin,
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        deletedWith: args.machine,
        customTimeouts: { create: "15m", update: "15m", delete: "5m" },
        hooks: { beforeUpdate: [args.drain], onError: [args.restoreLabels] },
      },
    );
    // The last line of the script's output says what is installed.
    this.revision = orEmpty(install.stdout).apply((text) => text.trim().split("\n").at(-1) ?? "");
    this.registerOutputs({ revision: this.revision });
  }
}
