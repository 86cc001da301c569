import { createPublicKey } from "node:crypto";
import { appIn } from "@ghrunners/core/github/credential";
import type { GithubSeed, TokenPermissions } from "./github/seed";
import type { ProxmoxSeed } from "./proxmox/seed";
import { sha256, type LabSecrets } from "./secrets";
import { githubPermissions, operatorPrivileges, topology } from "./topology";

/** What the Proxmox VE emulator starts with: the node, its storage, the template and the operator's token (hashed). */
export function proxmoxSeed(secrets: LabSecrets): ProxmoxSeed {
  const { proxmox, network } = topology;
  const secret = secrets.proxmoxToken.slice(secrets.proxmoxToken.indexOf("=") + 1);
  return {
    node: proxmox.node,
    version: proxmox.version,
    bridge: network.bridge,
    storages: [proxmox.storage],
    template: proxmox.template,
    tokens: [
      {
        id: proxmox.tokenId,
        secretSha256: sha256(secret),
        acl: operatorPrivileges.map(({ path, privileges }) => ({ path, privileges: [...privileges] })),
      },
    ],
    pools: [],
  };
}

/** GitHub has the public half of an App's key only. */
const publicKeyOf = (credential: string): string =>
  createPublicKey(appIn(credential)?.privateKey ?? "")
    .export({ type: "spki", format: "pem" })
    .toString();

/** What the GitHub emulator starts with. */
export function githubSeed(
  secrets: LabSecrets,
  publicUrl: string,
  workflowsDir: string,
  filesDir: string,
  distributionsDir: string,
  pulumiPrograms: string,
): GithubSeed {
  const { owner, operator, reviewer, exporter, apps, repository } = topology.github;
  const token = (name: string, text: string, { login }: { login: string }, permissions: TokenPermissions) => ({
    sha256: sha256(text),
    login,
    name,
    permissions,
  });
  return {
    owner,
    users: [operator, reviewer, exporter],
    repository,
    publicUrl,
    workflowsDir,
    filesDir,
    distributionsDir,
    pulumiPrograms,
    // A rehearsal waits for it in real time.
    sessionMilliseconds: 10_000,
    tokens: [
      token("operator", secrets.githubToken, operator, githubPermissions.operator),
      token("exporter", secrets.exporterToken, exporter, githubPermissions.exporter),
      token("reviewer", secrets.reviewerToken, reviewer, githubPermissions.reviewer),
      // The operator's account too: who runs the stacks also changes them.
      token("developer", secrets.developerToken, operator, githubPermissions.developer),
    ],
    apps: [
      { ...apps.operator, publicKey: publicKeyOf(secrets.operatorApp), permissions: githubPermissions.operator },
      { ...apps.failover, publicKey: publicKeyOf(secrets.failoverToken), permissions: githubPermissions.failover },
    ],
  };
}
