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

/** What the GitHub emulator starts with. */
export function githubSeed(
  secrets: LabSecrets,
  publicUrl: string,
  workflowsDir: string,
  filesDir: string,
  distributionsDir: string,
): GithubSeed {
  const { owner, operator, reviewer, exporter, failover, repository } = topology.github;
  const token = (text: string, { login }: { login: string }, permissions: TokenPermissions) => ({
    sha256: sha256(text),
    login,
    permissions,
  });
  return {
    owner,
    users: [operator, reviewer, exporter, failover],
    repository,
    publicUrl,
    workflowsDir,
    filesDir,
    distributionsDir,
    tokens: [
      token(secrets.githubToken, operator, githubPermissions.operator),
      token(secrets.exporterToken, exporter, githubPermissions.exporter),
      token(secrets.failoverToken, failover, githubPermissions.failover),
      token(secrets.reviewerToken, reviewer, githubPermissions.reviewer),
      // The operator's account too: who runs the stacks also changes them.
      token(secrets.developerToken, operator, githubPermissions.developer),
    ],
  };
}
