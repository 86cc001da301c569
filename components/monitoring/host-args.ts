import type * as pulumi from "@pulumi/pulumi";
import type { HostAddress } from "../scripts/connection";
import type { InstalledExporterArgs } from "../runner/telemetry";

/** A file for the monitoring host. */
export interface MonitoringFile {
  /** Name without folder, owner and ending, such as `github-runner-health`. */
  readonly name: string;
  readonly text: string;
}

/** A Prometheus rule file. */
export interface RuleFile extends MonitoringFile {
  /** Number of rules by group: what Prometheus must have loaded in the end. */
  readonly groups: Readonly<Record<string, number>>;
}

/** Where the host's owner has things. Absolute paths. */
export interface MonitoringPaths {
  /** Configuration of Prometheus: checked with our files in place, never changed. */
  readonly prometheusConfig: string;
  /** Folder that its `rule_files` name as `*.yml`. */
  readonly rules: string;
  /** Folder that a `file_sd_configs` names as `*.json`. */
  readonly targets: string;
  /** Folder that Grafana's file provisioning reads. */
  readonly dashboards: string;
}

/** Who on the host is paged, and who owns Alertmanager's configuration. */
export interface AlertmanagerArgs {
  /** Its configuration file on the host. */
  readonly file: string;
  /** Its API as the host sees it. */
  readonly url: string;
  /** Receiver that our alerts must reach. */
  readonly receiver: string;
  /** Label sets of alerts that must reach the receiver, each as amtool reads it: `severity=critical component=runner`. */
  readonly routed: readonly string[];
  /** Whether the file is ours: it is written, and the owner's is kept beside it. */
  readonly managed: boolean;
}

/** The texts of a stack. */
export interface MonitoringFiles {
  readonly rules: readonly RuleFile[];
  readonly targets: readonly MonitoringFile[];
  readonly dashboards: readonly MonitoringFile[];
  /** What Alertmanager's file needs: the whole file where `managed`, else the fragment that an error shows. */
  readonly alertmanager: string;
}

export interface MonitoringArgs {
  /** The existing Prometheus host. */
  readonly address: HostAddress;
  /** OpenSSH private key; kept as a secret. */
  readonly privateKey: pulumi.Input<string>;
  /** Environment of this stack: files carry it in their names, so several stacks share one host. */
  readonly environment: string;
  /** Prometheus's API as the host itself sees it. */
  readonly prometheusUrl: string;
  readonly paths: MonitoringPaths;
  readonly files: pulumi.Input<MonitoringFiles>;
  readonly alertmanager: AlertmanagerArgs;
  /** GitHub's view of the fleet, measured on this host. Unset: this stack runs no fleet exporter. */
  readonly fleetExporter?: Pick<InstalledExporterArgs, "config" | "tokenFingerprint">;
  /** What chooses the runner of deployments, on this host. Unset: nobody does, and the gate refuses. */
  readonly failoverSwitch?: Pick<InstalledExporterArgs, "config" | "tokenFingerprint">;
}
