import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { LOG_NAMESPACE, logUnits } from "@ghrunners/core/vocabulary/logs";
import { readScript, renderScript, rootCommand } from "../scripts/connection";
import type { HostLogsArgs, HostLogsOptions, LogOrigin, LogShipper } from "./logs-args";
import { alloyUnit, renderAlloy } from "./render-alloy";
import { namespaceConfiguration, redactorUnit, renderRedactor, renderUploadDropIn } from "./render-journal-upload";

export type { HostLogsArgs, LogOrigin, LogShipper } from "./logs-args";

/** Parameters of the shipper's script. */
function parameters(origin: LogOrigin, shipper: LogShipper): Record<string, pulumi.Input<string>> {
  if (shipper.kind === "alloy") {
    return {
      UNIT: logUnits.alloy,
      ARCHIVE_URL: shipper.archive.url,
      ARCHIVE_SHA256: shipper.archive.sha256,
      ALLOY_CONFIGURATION: renderAlloy(origin, shipper),
      UNIT_FILE: alloyUnit,
    };
  }
  return {
    REDACTOR: readScript("redactor.py"),
    REDACTOR_CONFIG: renderRedactor(origin),
    UNIT_FILE: redactorUnit,
    NAMESPACE: LOG_NAMESPACE,
    NAMESPACE_CONFIG: namespaceConfiguration,
    UPLOAD_DROP_IN: renderUploadDropIn(shipper.receiver),
    CERTIFICATE: shipper.certificate,
  };
}

/** The log shipper of a runner host: the runner's journal and files leave it without their secrets. */
export class HostLogs extends pulumi.ComponentResource {
  constructor(name: string, args: HostLogsArgs, opts: HostLogsOptions) {
    const { machine, ...options } = opts;
    // The connection holds the private key, so it is left out of the component's recorded inputs.
    super("ghrunners:logs:HostLogs", name, { incarnation: args.incarnation, kind: args.shipper.kind }, options);
    const script = readScript(`${args.shipper.kind}.sh`);
    const install = rootCommand("install");
    // Named by its kind: another kind is another resource, and the old one's script takes the old shipper away.
    new command.remote.Command(
      `${name}-${args.shipper.kind}`,
      {
        connection: args.connection,
        create: install,
        update: install,
        delete: rootCommand("remove"),
        stdin: pulumi
          .output({ MACHINE: args.incarnation, ...parameters(args.origin, args.shipper) })
          .apply((values) => renderScript(script, values)),
        addPreviousOutputInEnv: false,
      },
      { parent: this, deletedWith: machine, customTimeouts: { create: "10m", update: "10m", delete: "5m" } },
    );
    this.registerOutputs({});
  }
}
