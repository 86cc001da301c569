import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { forms, problemsOf, refuseArguments } from "../arguments";
import { InstalledExporter, type InstalledExporterArgs } from "../resources/installed-exporter";
import { connectionTo, type HostArgs, monitoringScript, renderScript, rootCommand } from "../scripts/connection";
import { installPackages } from "../scripts/packages";
import type { MonitoringFiles, MonitoringPaths } from "./monitoring-files";
import { planFiles } from "./plan-files";

/** Which receiver is paged, and whether this component manages Alertmanager's configuration. */
export interface AlertmanagerArgs {
  /**
   * Its configuration file on the host.
   * @example "/etc/prometheus/alertmanager.yml"
   */
  readonly file: pulumi.Input<string>;
  /**
   * URL of its API, as seen from the host.
   * @example "http://127.0.0.1:9093"
   */
  readonly url: pulumi.Input<string>;
  /**
   * Receiver that the alerts must reach.
   * @example "on-call"
   */
  readonly receiver: pulumi.Input<string>;
  /**
   * Label sets of alerts that must reach the receiver, each in amtool's form.
   * @example ["severity=critical component=runner"]
   */
  readonly routed: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Whether the component writes the file and keeps the owner's beside it. Otherwise it only checks the file's route.
   * Plain: it determines a step.
   * @example true
   */
  readonly managed: boolean;
}

/** A service of this project on the monitoring host. */
export type MonitoringServiceArgs = Pick<InstalledExporterArgs, "config" | "tokenFingerprint">;

/** Arguments of {@link MonitoringHost}. It needs no provider of its own. */
export interface MonitoringHostArgs {
  /**
   * The existing Prometheus host, and how to reach it.
   * @example { host: "192.168.0.200", user: "operator", hostKey: "ecdsa-sha2-nistp256 AAAA..." }
   */
  readonly host: HostArgs;
  /**
   * OpenSSH private key with which the program logs in as the host's user; kept as a secret. The services read the same
   * key from the configuration key `ghrunners:sshPrivateKey`.
   * @example config.requireSecret("sshPrivateKey")
   */
  readonly sshPrivateKey: pulumi.Input<string>;
  /**
   * Environment of these files. The file names contain it, so that several environments can share one host.
   * @example "production"
   */
  readonly environment: pulumi.Input<string>;
  /**
   * URL of Prometheus's API, as seen from the host itself.
   * @default "http://127.0.0.1:9090"
   */
  readonly prometheusUrl?: pulumi.Input<string>;
  /**
   * Paths on the host.
   * @example { prometheusConfig: "/etc/prometheus/prometheus.yml", rules: "/etc/prometheus/rules.d", targets:
   * "/etc/prometheus/targets.d", dashboards: "/var/lib/grafana/dashboards/ghrunners" }
   */
  readonly paths: MonitoringPaths;
  /**
   * The files to install.
   * @example { rules: [], targets: [], dashboards: [], alertmanager: readFileSync("alertmanager.yml", "utf8") }
   */
  readonly files: pulumi.Input<MonitoringFiles>;
  /**
   * How alerts reach on-call.
   * @example { file: "/etc/prometheus/alertmanager.yml", url: "http://127.0.0.1:9093", receiver: "on-call", routed:
   * ["severity=critical component=runner"], managed: true }
   */
  readonly alertmanager: AlertmanagerArgs;
  /**
   * The fleet exporter on this host. Plain: whether there is one determines a resource.
   * @default none
   */
  readonly fleetExporter?: MonitoringServiceArgs | undefined;
  /**
   * The failover switch on this host. Plain: whether there is one determines a resource.
   * @default none: no runner is chosen, and the runner gate refuses
   */
  readonly failoverSwitch?: MonitoringServiceArgs | undefined;
}

const limits = { create: "5m", update: "5m", delete: "2m" };

/**
 * The parts of an environment on an existing Prometheus host: scrape targets, rules, dashboards, the check that its
 * alerts reach on-call, the fleet exporter and the failover switch. It changes nothing else on the host, except an
 * Alertmanager configuration that it may manage. A step that fails leaves the previous files in place.
 */
export class MonitoringHost extends pulumi.ComponentResource {
  /** The host's answer: number of files and rule groups. */
  readonly files: pulumi.Output<string>;

  constructor(name: string, args: MonitoringHostArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { environment, alertmanager, paths, prometheusUrl = "http://127.0.0.1:9090" } = args;
    // Files and key are left out of the component's recorded inputs, because its children record them.
    super("ghrunners:monitoring:MonitoringHost", name, { address: args.host, environment }, opts);
    refuseArguments(this, name, argumentProblems(args));
    const host = pulumi.output(args.host);
    const connection = connectionTo(args.host, args.sshPrivateKey);
    const incarnation = host.hostKey;
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
        // In the other order the old step's delete script would run last and remove the new files.
        { parent: this, dependsOn, customTimeouts: limits, deleteBeforeReplace: true },
      );

    // Start the services first, so that their targets are up when Prometheus finds them.
    const wanted = [args.fleetExporter, args.failoverSwitch].some((what) => what !== undefined);
    const packages = wanted
      ? [
          installPackages(
            `${name}-packages`,
            { connection, incarnation, packages: ["nodejs"], keepsStill: false },
            { parent: this },
          ),
        ]
      : [];
    const service = (role: string, kind: "fleet" | "switch", what?: MonitoringServiceArgs): InstalledExporter[] =>
      what === undefined
        ? []
        : [
            new InstalledExporter(
              `${name}-${role}`,
              { kind, host, incarnation, ...what },
              { parent: this, dependsOn: packages },
            ),
          ];
    const services = [
      ...service("fleet-exporter", "fleet", args.fleetExporter),
      ...service("failover-switch", "switch", args.failoverSwitch),
    ];
    const files = step(
      "files",
      { apply: "apply", remove: "remove" },
      pulumi.all([args.files, incarnation, environment, prometheusUrl]).apply(([sets, MACHINE, owner, url]) =>
        renderScript(monitoringScript("files.sh"), {
          ...planFiles({ environment: owner, paths, prometheusUrl: url, ...sets }),
          MACHINE,
        }),
      ),
      services,
    );
    step(
      "alertmanager",
      alertmanager.managed ? { apply: "manage", remove: "release" } : { apply: "check" },
      pulumi.all([args.files, incarnation, alertmanager]).apply(([sets, MACHINE, { file, url, receiver, routed }]) =>
        renderScript(monitoringScript("alertmanager.sh"), {
          ALERTMANAGER_URL: url,
          ALERTMANAGER_FILE: file,
          RECEIVER: receiver,
          ROUTED: routed.join("\n"),
          TEXT: sets.alertmanager,
          MACHINE,
        }),
      ),
    );
    this.files = files.stdout;
    this.registerOutputs({ files: this.files });
  }
}

function argumentProblems({ host, sshPrivateKey, environment, paths, alertmanager }: MonitoringHostArgs) {
  return problemsOf({
    "host.host": [host.host, forms.address],
    "host.user": [host.user, forms.filled],
    "host.hostKey": [host.hostKey, forms.hostKey],
    sshPrivateKey: [sshPrivateKey, forms.filled],
    environment: [environment, forms.name],
    "paths.prometheusConfig": [paths.prometheusConfig, forms.path],
    "paths.rules": [paths.rules, forms.path],
    "paths.targets": [paths.targets, forms.path],
    "paths.dashboards": [paths.dashboards, forms.path],
    "alertmanager.file": [alertmanager.file, forms.path],
  });
}
