/** Asks the real systems, with the checks of the preview. Read-only. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { defaults } from "@ghrunners/components/runner/defaults";
import { GitHubClient } from "@ghrunners/core/github/client";
import { offerOf } from "@ghrunners/core/github/repository-kind";
import { writers } from "@ghrunners/core/github/settings";
import { readCertificate } from "@ghrunners/core/https/certificate";
import { explainNoAnswer } from "@ghrunners/core/https/explain-no-answer";
import type { VmConfig } from "@ghrunners/core/proxmox/answers";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { readHostKey } from "@ghrunners/core/ssh/read-host-key";
import { explainCertificate } from "../certificate";
import { atGitHub, atMonitoring, atProxmox, readOffer } from "../inspect";
import type { Conversation, SeenProxmox } from "./conversation";
import { environmentOf, knownText } from "./question";
import { monitoringSoFar } from "./stand-ins";
import type { Systems } from "./systems";

const LIMIT_MS = 8_000;

/** Addresses and gateways in the settings that Proxmox VE gives to its guests. */
function networkOf(configs: readonly VmConfig[]): Pick<SeenProxmox, "addresses" | "gateways"> {
  const lines = configs.flatMap((config) =>
    Object.entries(config).flatMap(([key, value]) =>
      /^(ipconfig|net)\d+$/.test(key) && typeof value === "string" ? [value] : [],
    ),
  );
  const all = (name: string): string[] =>
    lines.flatMap((line) => new RegExp(`(?:^|,)${name}=([\\d.]+)`).exec(line)?.[1] ?? []);
  return { addresses: [...new Set(all("ip"))], gateways: [...new Set(all("gw"))] };
}

async function proxmoxOffer(endpoint: string, token: string): Promise<SeenProxmox> {
  const offer = await readOffer(endpoint, token);
  const proxmox = new ProxmoxClient({ endpoint, token });
  const guests = await proxmox.guests();
  const reachable = guests.filter(({ node }) => offer.nodes.includes(node));
  const configs = await Promise.all(
    reachable.map(({ node, vmid, type }) => proxmox.vmConfig(node, vmid, type).catch((): VmConfig => ({}))),
  );
  return { ...offer, vmIds: guests.map(({ vmid }) => vmid), ...networkOf(configs) };
}

async function proxmoxEndpoint(endpoint: string): Promise<string | undefined> {
  try {
    const seen = await readCertificate(endpoint, LIMIT_MS);
    return seen.untrusted === undefined ? undefined : explainCertificate(endpoint, seen);
  } catch (error) {
    return explainNoAnswer(endpoint, "the Proxmox VE API", "ghrunners:proxmox.endpoint", error);
  }
}

const repositoryOf = (known: Conversation): { url: string; fullName: string } => ({
  url: knownText(known, "github.url") || defaults.githubUrl,
  fullName: knownText(known, "github.repository"),
});

const pathOf = (file: string): string =>
  file.startsWith("~/") ? path.join(homedir(), file.slice(2)) : path.resolve(file);

/** All but the registration of Apps, which changes something and needs the stack. */
export const realSystems: Omit<Systems, "registerApps"> = {
  proxmoxEndpoint,
  proxmoxOffer,
  proxmoxFindings: (known, inputs) =>
    atProxmox(
      { proxmox: { endpoint: knownText(known, "proxmox.endpoint") }, proxmoxToken: knownText(known, "proxmoxToken") },
      inputs,
    ),
  async githubRepository(known, token) {
    const github = new GitHubClient(repositoryOf(known), token);
    const { defaultBranch } = await github.repository();
    return { defaultBranch, writers: await writers(github).catch(() => []) };
  },
  async githubFindings(known, inputs) {
    const { url, fullName: repository } = repositoryOf(known);
    const settings = { github: { ...inputs.github, url, repository }, githubToken: knownText(known, "githubToken") };
    // Runners of a stack that exists may be online.
    const ours = known.isNew ? [] : inputs.runners.map(({ name }) => name);
    const { kind, ...seen } = await atGitHub(settings, inputs, ours);
    return { ...seen, lacksReviewers: kind !== undefined && offerOf(kind).reviewers === "no" };
  },
  hostKey: (host) => readHostKey(host, LIMIT_MS),
  monitoringFindings: (known) =>
    atMonitoring(monitoringSoFar(known), knownText(known, "sshPrivateKey"), {
      repository: repositoryOf(known).fullName,
      environment: environmentOf(known),
    }),
  readFile(file) {
    try {
      return readFileSync(pathOf(file), "utf8");
    } catch (error) {
      throw new Error(`${pathOf(file)} cannot be read (${(error as NodeJS.ErrnoException).code}). Expected a file.`);
    }
  },
  filePath: pathOf,
};
