/** Credentials of GitHub that a stack needs. Pure. */
import type { CredentialSetting } from "@ghrunners/core/vocabulary/github-permissions";
import type { SettingsTree } from "../pulumi/stack-document";
import { type StackSecrets, valueOf } from "./answers";

const hasSecondary = ({ runners }: SettingsTree): boolean =>
  Array.isArray(runners) && runners.some((runner: { role?: unknown } | null) => runner?.role === "secondary");

/**
 * Credentials that the stack has not: the program's own, with monitoring the exporters', and the failover switch's
 * where there is a secondary to choose as well.
 * @example lackingCredentials({ monitoring: {} }, { githubToken: "github_pat_1" }) // ["exporterToken"]
 */
export function lackingCredentials(tree: SettingsTree, secrets: StackSecrets): CredentialSetting[] {
  const looksAtFleet = tree.monitoring !== undefined && valueOf(tree, "monitoring.fleetExporter") !== false;
  const needed: CredentialSetting[] = [
    "githubToken",
    ...(looksAtFleet ? (["exporterToken"] as const) : []),
    ...(looksAtFleet && hasSecondary(tree) ? (["failoverToken"] as const) : []),
  ];
  return needed.filter((setting) => secrets[setting] === undefined);
}
