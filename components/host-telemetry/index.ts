import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "../../catalogue/ports";
import { readScript, renderScript, rootCommand } from "../host";

export interface HostTelemetryArgs {
  /** Connection of the host; holds the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** The machine's MAC address. */
  readonly incarnation: pulumi.Input<string>;
}

export interface HostTelemetryOptions extends pulumi.ComponentResourceOptions {
  /** The machine that takes everything with it when it is deleted. */
  readonly machine: pulumi.Resource;
}

/** What a host tells the monitoring host: node exporter, Debian's package, proved to answer. */
export class HostTelemetry extends pulumi.ComponentResource {
  constructor(name: string, args: HostTelemetryArgs, opts: HostTelemetryOptions) {
    const { machine, ...options } = opts;
    // The connection holds the private key, so it is left out of the component's recorded inputs.
    super("ghrunners:telemetry:HostTelemetry", name, { incarnation: args.incarnation }, options);
    const script = readScript("host-telemetry/scripts/node-exporter.sh");
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
          .apply((machine) => renderScript(script, { MACHINE: machine, PORT: String(ports.nodeExporter) })),
        addPreviousOutputInEnv: false,
      },
      { parent: this, deletedWith: machine, customTimeouts: { create: "10m", update: "10m", delete: "5m" } },
    );
    this.registerOutputs({});
  }
}
