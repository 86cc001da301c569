import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { RUNNER_HOME, WORK_FOLDER } from "@ghrunners/core/vocabulary/runner";
import { readScript, renderScript, rootCommand } from "../scripts/connection";
import type { HostTelemetryArgs, HostTelemetryOptions } from "./telemetry-args";
import { InstalledExporter } from "../resources/installed-exporter";

export type { HostTelemetryArgs, InstalledExporterArgs } from "./telemetry-args";
export { InstalledExporter } from "../resources/installed-exporter";

/** What a runner's host tells the monitoring host: node exporter, Debian's package, and the runner's own exporter. */
export class HostTelemetry extends pulumi.ComponentResource {
  constructor(name: string, args: HostTelemetryArgs, opts: HostTelemetryOptions) {
    const { machine, ...options } = opts;
    // The connection holds the private key, so it is left out of the component's recorded inputs.
    super("ghrunners:telemetry:HostTelemetry", name, { incarnation: args.incarnation }, options);
    this.nodeExporter(name, args, machine);
    new InstalledExporter(
      `${name}-runner-exporter`,
      {
        kind: "runner",
        host: args.host,
        incarnation: args.incarnation,
        config: pulumi.output(args.host).apply(({ host }) => ({
          view: "host" as const,
          listen: { host, port: ports.runnerExporter },
          unit: args.unit,
          runnerHome: RUNNER_HOME,
          workFolder: WORK_FOLDER,
          githubUrl: args.githubUrl,
        })),
      },
      { parent: this, deletedWith: machine },
    );
    this.registerOutputs({});
  }

  private nodeExporter(name: string, args: HostTelemetryArgs, machine: pulumi.Resource): void {
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
      { parent: this, deletedWith: machine, customTimeouts: { create: "10m", update: "10m", delete: "5m" } },
    );
  }
}
