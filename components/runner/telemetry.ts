import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { RUNNER_HOME, WORK_FOLDER } from "@ghrunners/core/vocabulary/runner";
import { type HostAddress, readScript, renderScript, rootCommand } from "../scripts/connection";
import { InstalledExporter } from "../resources/installed-exporter";

/** Arguments of {@link HostTelemetry}. */
export interface HostTelemetryArgs {
  /** Connection of the host; contains the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** The same host, for the steps that get the key by themselves. */
  readonly host: pulumi.Input<HostAddress>;
  /** The machine's MAC address. */
  readonly incarnation: pulumi.Input<string>;
  /** systemd unit of the runner. */
  readonly unit: pulumi.Input<string>;
  /** https://github.com, or a GitHub Enterprise Server. */
  readonly githubUrl: pulumi.Input<string>;
  /** The machine: when it is deleted, nothing on it has to be deleted separately. */
  readonly machine: pulumi.Resource;
}

/** The exporters of a runner's host: Debian's node exporter, and the runner exporter. */
export class HostTelemetry extends pulumi.ComponentResource {
  constructor(name: string, args: HostTelemetryArgs, opts: pulumi.ComponentResourceOptions = {}) {
    // The connection contains the private key, so it is left out of the component's recorded inputs.
    super("ghrunners:telemetry:HostTelemetry", name, { incarnation: args.incarnation }, opts);
    this.nodeExporter(name, args);
    new InstalledExporter(
      `${name}-runner-exporter`,
      {
        kind: "runner",
        host: args.host,
        incarnation: args.incarnation,
        config: pulumi.all([args.host, args.unit, args.githubUrl]).apply(([{ host }, unit, githubUrl]) => ({
          view: "host" as const,
          listen: { host, port: ports.runnerExporter },
          unit,
          runnerHome: RUNNER_HOME,
          workFolder: WORK_FOLDER,
          githubUrl,
        })),
      },
      { parent: this, deletedWith: args.machine },
    );
    this.registerOutputs({});
  }

  private nodeExporter(name: string, args: HostTelemetryArgs): void {
    const script = readScript("node-exporter.sh");
    const install = rootCommand("install");
    new command.remote.Command(
      `${name}-node-exporter`,
      {
        connection: args.connection,
        create: install,
        update: install,
        delete: rootCommand("remove"),
        stdin: pulumi
          .output(args.incarnation)
          .apply((incarnation) => renderScript(script, { MACHINE: incarnation, PORT: String(ports.nodeExporter) })),
        addPreviousOutputInEnv: false,
      },
      { parent: this, deletedWith: args.machine, customTimeouts: { create: "10m", update: "10m", delete: "5m" } },
    );
  }
}
