/**
 * The peer's machines: OpenTofu in a folder of the lab's state, with the provider built here.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Settings } from "@ghrunners/config/parse";
import type { Lab } from "../../lifecycle";
import type { TimedCommand } from "../timed";
import { firewallRules } from "./firewall";
import type { PeerTools } from "./tools";

export interface Tofu {
  /** Arguments of tofu, without secrets. */
  command(...args: readonly string[]): TimedCommand;
}

/** Variables of main.tf, from the settings of the program. */
export function tofuVariables(settings: Settings): Record<string, unknown> {
  const { proxmox, network, vm, runners } = settings;
  return {
    endpoint: proxmox.endpoint,
    node: proxmox.node,
    template_id: proxmox.templateId,
    storage: proxmox.storage,
    bridge: proxmox.bridge,
    gateway: network.gateway,
    prefix_length: network.prefixLength,
    nameservers: network.nameservers,
    rules: firewallRules(settings),
    ssh_public_key: settings.sshPublicKey,
    user: vm.user,
    cores: vm.cores,
    memory_mib: vm.memoryMiB,
    disk_gib: vm.diskGiB,
    runners: Object.fromEntries(runners.map(({ name, vmId, address }) => [name, { vm_id: vmId, address }])),
  };
}

/**
 * A working folder with main.tf, its variables and no state.
 * @param folder made here, inside the lab's state
 */
export function prepareTofu(tools: PeerTools, lab: Lab, settings: Settings, folder: string): Tofu {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyFileSync(path.join(__dirname, "tofu", "main.tf"), path.join(folder, "main.tf"));
  const variables = tofuVariables(settings);
  writeFileSync(path.join(folder, "terraform.tfvars.json"), JSON.stringify(variables), { mode: 0o600 });
  const rc = path.join(folder, "tofu.rc");
  // No `tofu init`: an overridden provider is used as it is.
  writeFileSync(
    rc,
    `provider_installation {\n  dev_overrides {\n    "bpg/proxmox" = "${tools.providerFolder}"\n  }\n  direct {}\n}\n`,
  );
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TF_CLI_CONFIG_FILE: rc,
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
    SSL_CERT_FILE: lab.authority,
    PROXMOX_VE_API_TOKEN: lab.secrets.proxmoxToken,
  };
  const prefix = lab.mode === "machines" ? ["nsenter", `--net=${lab.instance.netns}`] : [];
  return { command: (...args) => ({ line: [...prefix, tools.tofu, ...args], cwd: folder, env }) };
}
