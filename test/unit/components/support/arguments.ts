/** Arguments of components, complete and fictional, with values planted that must not be seen. */
import * as github from "@pulumi/github";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentArgs, GitHubArgs } from "@ghrunners/components";

export const planted = {
  githubToken: "planted_github_token",
  proxmoxToken: "planted@pve!token=00000000-aaaa-bbbb-cccc-000000000000",
  sshPrivateKey: "planted private key",
  secret: "planted value of a secret",
};

export const access = (): GitHubArgs => ({
  repository: "octo-org/demo-app",
  token: pulumi.secret(planted.githubToken),
});

export const environment = (): EnvironmentArgs => ({
  environment: "demo",
  github: access(),
  proxmox: {
    endpoint: "https://pve.example:8006/",
    token: pulumi.secret(planted.proxmoxToken),
    node: "pve1",
    templateId: 9000,
  },
  network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/28" },
  sshPublicKey: "ssh-ed25519 AAAA",
  sshPrivateKey: planted.sshPrivateKey,
});

export const primary = { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" } as const;
export const secondary = { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52" } as const;

export const host = { host: "192.0.2.9", user: "operator", hostKey: "ssh-ed25519 AAAA" };

export const proxmoxProvider = (): proxmoxve.Provider =>
  new proxmoxve.Provider("pve", { endpoint: "https://pve.example:8006/" });
export const gitHubProvider = (): github.Provider => new github.Provider("gh", { owner: "octo-org" });
