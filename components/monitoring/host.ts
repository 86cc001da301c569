import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { InstalledExporter } from "../runner/telemetry";
import { connectionTo, readScript, renderScript, rootCommand } from "../scripts/connection";
import type { MonitoringArgs } from "./host-args";
import { planFiles } from "./plan-files";

export type {
  AlertmanagerArgs,
  MonitoringArgs,
  MonitoringFile,
  MonitoringFiles,
  MonitoringPaths,
  RuleFile,
} from "./host-args";

const limits = { create: "5m", update: "5m", delete: "2m" };

/**
 * What this stack has on an existing Prometheus host: scrape targets, rules, dashboards, the proof that its alerts reach
 * on-call, the fleet exporter and the failover switch. Nothing of the host's owner is changed, but for an Alertmanager configuration that was
 * given to this stack. Steps that fail leave what was there before.
 */
export class Monitoring extends pulumi.ComponentResource {
  /** What the host answered: number of files and rule groups. */
  readonly files: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts: pulumi.ComponentResourceOptions) {
    const { address, environment, alertmanager } = args;
    // Texts and key are left out of the component's recorded inputs: its children have them.
    super("ghrunners:monitoring:Monitoring", name, { address, environment }, opts);
    const connection = connectionTo(address, args.privateKey);
    const MACHINE = address.hostKey;
    const step = (
      role: string,
      verbs: { readonly apply: string; readonly remove?: string },
      stdin: pulumi.Input<string>,
      dependsOn: pulumi.Resource[] = [],
    ): command.remote.Command =>
      new command.remote.Command(
        `${name}-${role}`,
        {
          connection,
          create: rootCommand(verbs.apply),
          update: rootCommand(verbs.apply),
          delete: verbs.remove === undefined ? undefined : rootCommand(verbs.remove),
          stdin,
          addPreviousOutputInEnv: false,
        },
        // The other order would end with the old step's delete script, and so without the files of the new one.
        { parent: this, dependsOn, customTimeouts: limits, deleteBeforeReplace: true },
      );

    // The services first: their targets are found as soon as they are scraped.
    const service = (
      role: string,
      kind: "fleet" | "switch",
      what: MonitoringArgs["fleetExporter"],
    ): InstalledExporter[] =>
      what === undefined
        ? []
        : [
            new InstalledExporter(
              `${name}-${role}`,
              { kind, host: address, incarnation: MACHINE, ...what },
              { parent: this },
            ),
          ];
    const services = [
      ...service("fleet-exporter", "fleet", args.fleetExporter),
      ...service("failover-switch", "switch", args.failoverSwitch),
    ];
    const texts = pulumi.output(args.files);
    const files = step(
      "files",
      { apply: "apply", remove: "remove" },
      texts.apply((sets) => renderScript(readScript("files.sh"), { ...planFiles({ ...args, ...sets }), MACHINE })),
      services,
    );
    step(
      "alertmanager",
      alertmanager.managed ? { apply: "manage", remove: "release" } : { apply: "check" },
      texts.apply((sets) =>
        renderScript(readScript("alertmanager.sh"), {
          ALERTMANAGER_URL: alertmanager.url,
          ALERTMANAGER_FILE: alertmanager.file,
          RECEIVER: alertmanager.receiver,
          ROUTED: alertmanager.routed.join("\n"),
          TEXT: sets.alertmanager,
          MACHINE,
        }),
      ),
    );
    this.files = files.stdout;
    this.registerOutputs({ files: this.files });
  }
}
