import type { AlertScope } from "./alerts";
import type { MachineRole } from "@ghrunners/core/vocabulary/runner";

/** All settings on which the files for one environment depend. */
export interface MonitoringSettings extends AlertScope {
  /** Value of the label `environment`; also part of the file names, so stacks share a monitoring host. */
  readonly environment: string;
  /** The environment's runners, and its delivery runner; the address is what Prometheus scrapes. */
  readonly runners: readonly { readonly name: string; readonly role: MachineRole; readonly address: string }[];
  /** Deployment targets with node exporter; may be empty. */
  readonly targets: readonly { readonly name: string; readonly address: string }[];
  /**
   * Folder of the runbooks, without a slash at the end, e.g. `https://github.com/acme/shop/blob/main/docs/runbooks`.
   */
  readonly runbookBaseUrl: string;
  /** Grafana's address, without a slash at the end, e.g. `http://192.168.0.200:3000`. */
  readonly dashboardBaseUrl: string;
}

/** A file for the monitoring host. */
export interface RenderedFile {
  /** File name without a folder. */
  readonly name: string;
  readonly content: string;
}

/** A rule file. */
export interface RenderedRules extends RenderedFile {
  /** Number of rules by group. */
  readonly groups: Readonly<Record<string, number>>;
}

/** Receiver of every alert that needs a person. */
export const ON_CALL_RECEIVER = "oncall-sre";

/** First line of every rendered text that can contain a comment. */
export const PRODUCED = "# Produced by ghrunners. Changes made here are overwritten.\n";
