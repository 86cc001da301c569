import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { orEmpty } from "../resources/dynamic-resource";
import { readScript, renderScript, rootCommand } from "../scripts/connection";
import type { RunnerAgentArgs, RunnerAgentOptions } from "./agent-args";
import { agentParameters } from "./render-agent";

export type { JobPolicy, RunnerArchive } from "./agent-args";

/**
 * GitHub's runner program on a host: archive by URL and SHA-256, unprivileged user, job hooks, unit drop-in.
 * It is not registered yet and nothing runs. Installing again over an older version keeps that one to fall back to.
 */
export class RunnerAgent extends pulumi.ComponentResource {
  /** Fingerprint of everything the installation put there. */
  readonly revision: pulumi.Output<string>;

  constructor(name: string, args: RunnerAgentArgs, opts: RunnerAgentOptions) {
    const { machine, drain, restoreLabels, ...options } = opts;
    // The connection holds the private key, so it is left out of the component's recorded inputs.
    super("ghrunners:agent:RunnerAgent", name, { ...args, connection: undefined }, options);

    const script = readScript("agent.sh");
    const hooks = {
      jobStarted: readScript("job-started.sh"),
      jobCompleted: readScript("job-completed.sh"),
    };
    // Another machine is another text, so it is installed again by an update. A changed trigger would replace the
    // resource: its delete script would then run on the new machine.
    const stdin = pulumi
      .all([args.archive, args.incarnation])
      .apply(([archive, machine]) => renderScript(script, agentParameters(args, archive, machine, hooks)));
    const install = new command.remote.Command(
      `${name}-install`,
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
        deletedWith: machine,
        customTimeouts: { create: "15m", update: "15m", delete: "5m" },
        hooks: { beforeUpdate: [drain], onError: [restoreLabels] },
      },
    );
    // The last line of the script's output names what is installed.
    this.revision = orEmpty(install.stdout).apply((text) => text.trim().split("\n").at(-1) ?? "");
    this.registerOutputs({ revision: this.revision });
  }
}
