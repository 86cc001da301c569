/**
 * A blank lab: Proxmox VE, GitHub and a machine for monitoring as a newcomer finds them, with nothing of ours made.
 * What a newcomer has done by hand elsewhere is there: an account with a repository and its tokens, and an SSH key.
 */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { GithubSeed } from "./github/seed";
import { HOST_USER } from "./hosts/cloud-config";
import type { ExistingHost } from "./hosts/hosts";
import type { Instance } from "./instance";
import { bareTemplate } from "./machines/template";
import { type RepositoryOwner, repositoryOf } from "./owner";
import type { ProxmoxSeed } from "./proxmox/seed";
import { topology } from "./topology";

const fileOf = (instance: Pick<Instance, "state">): string => path.join(instance.state, "blank");

/** The owner of the repository of a blank lab; undefined in any other lab. */
export function blankOwner(instance: Pick<Instance, "state">): RepositoryOwner | undefined {
  return existsSync(fileOf(instance)) ? (readFileSync(fileOf(instance), "utf8") as RepositoryOwner) : undefined;
}

/**
 * Makes the instance a blank one.
 * @param exists whether the lab is there already, blank or not
 * @throws Error when it is there as another one
 */
export function makeBlank(instance: Instance, owner: RepositoryOwner, exists: boolean): void {
  const seen = blankOwner(instance);
  if (exists && seen !== owner)
    throw new Error(
      `The lab "${instance.name}" is there and ${seen === undefined ? "not blank" : `blank, with the repository of: ${seen}`}. ` +
        "Expected no lab of that name. Next: npm run lab -- down, then the same command",
    );
  writeWhole(fileOf(instance), owner);
}

/** Folder of the user's own files in a blank lab. */
export const labFiles = (instance: Pick<Instance, "state">): string => path.join(instance.state, "files");

/**
 * What the user has: tokens that GitHub's page has made, an SSH key, and a clone of the repository. What is put into
 * the clone is on the default branch.
 */
export function layOutFiles(instance: Instance): void {
  const folder = labFiles(instance);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = ["github-token", "github-exporter-token", "github-failover-app", "github-developer-token", "ssh-key"];
  const targets = Object.fromEntries(names.map((name) => [name, path.join(instance.secrets, name)]));
  for (const [name, target] of Object.entries({ ...targets, repository: path.join(instance.github, "repository") }))
    if (!existsSync(path.join(folder, name))) symlinkSync(target, path.join(folder, name));
}

const { otherNode } = topology.proxmox;
/** VMID of the second node's template. */
export const OTHER_TEMPLATE = 9001;

/** Proxmox VE without a role, a user or a token of ours, its firewall off as from its installer; beside an organization's repository with a second node. */
const blankProxmox = (usual: ProxmoxSeed, owner: RepositoryOwner): ProxmoxSeed => ({
  ...usual,
  tokens: [],
  datacenterFirewall: false,
  ...(owner === "organization"
    ? { otherNodes: [otherNode], otherTemplates: [{ ...usual.template, vmid: OTHER_TEMPLATE, node: otherNode }] }
    : {}),
});

/** GitHub with a repository that has no workflows of ours: its files are those of the folder alone. */
function blankGithub(usual: GithubSeed, folder: string): GithubSeed {
  const workflowsDir = path.join(folder, ".github", "workflows");
  mkdirSync(workflowsDir, { recursive: true, mode: 0o700 });
  return { ...usual, workflowsDir };
}

interface Seeds {
  readonly proxmox: ProxmoxSeed;
  readonly github: GithubSeed;
}

/**
 * What the two emulators start with in a blank lab.
 * @param folder files of the default branch
 */
export const blankSeeds = (usual: Seeds, owner: RepositoryOwner, folder: string): Seeds => ({
  proxmox: blankProxmox(usual.proxmox, owner),
  github: blankGithub(usual.github, folder),
});

/** The monitoring host: a machine straight from a cloud image. On-call listens there, once the machine has Node. */
export const emptyHost = (usual: ExistingHost): ExistingHost => ({
  ...usual,
  template: bareTemplate,
  files: Object.fromEntries(Object.entries(usual.files).filter(([, file]) => /oncall|receiver/.test(file))),
  enabledUnits: usual.enabledUnits.filter((unit) => unit.startsWith("oncall")),
});

interface LabAddresses {
  readonly instance: Instance;
  readonly mode: "machines" | "api-only";
  readonly proxmoxEndpoint: string;
  readonly githubUrl: string;
}

/** Where everything is, for the person who begins. */
export function blankLines(
  { instance, mode, proxmoxEndpoint, githubUrl }: LabAddresses,
  owner: RepositoryOwner,
): string[] {
  const { hosts, proxmox, network } = topology;
  const nodes = [proxmox.node, ...(owner === "organization" ? [proxmox.otherNode] : [])].join(" and ");
  const host = `${hosts.monitoring.address}, user ${HOST_USER}: an empty Debian machine`;
  return [
    `A blank lab, for the repository of a${owner === "person" ? " person" : "n organization"}. Nothing of ours is made.`,
    `  Proxmox VE   ${proxmoxEndpoint}, ${nodes}, template ${proxmox.template.vmid}, network ${network.cidr}`,
    "               its shell: npm run lab -- node-shell",
    `  GitHub       ${githubUrl}, ${repositoryOf(owner).fullName}, private`,
    ...(mode === "machines" ? [`  monitoring   ${host}`] : []),
    `  your files   ${labFiles(instance)}, in the lab $LAB_FILES:`,
    "               GitHub's tokens, an SSH key, and repository/, which is the default branch",
    "Next: npm run lab -- shell, then the steps of docs/tutorial/first-day.md",
  ];
}
