import type { Command } from "commander";
import { action, newCommand } from "../command";

export function command(): Command {
  const root = newCommand("setup", {
    summary: "prints what Proxmox VE needs, as commands to copy",
    about: "Prints the commands that prepare another system for a stack. Changes nothing.",
    examples: ["ghrunners setup proxmox"],
    exitCodes: "0 printed",
  });
  root.addCommand(
    newCommand("proxmox", {
      summary: "role, user and API token of Proxmox VE",
      about:
        "Prints shell lines for a Proxmox VE node: a role with exactly the privileges that the preview demands, a user, an API " +
        "token with privilege separation, and their entries. Storage, bridge and pool are those of the stack where it has some.",
      examples: [
        "ghrunners setup proxmox",
        "ghrunners setup proxmox --storage local-zfs --bridge vmbr1 --pool runners",
        "ghrunners setup proxmox | ssh root@pve.example.org sh",
      ],
      exitCodes: "0 printed, 1 the stack's file cannot be read",
      json: "setup-proxmox",
    })
      .option("--token <id>", "token to make, USER@REALM!TOKENID", "pulumi@pve!ghrunners")
      .option("--storage <name>", "storage for disks; default: the stack's, or local-lvm")
      .option("--bridge <name>", "bridge of the machines; default: the stack's, or vmbr0")
      .option("--pool <name>", "resource pool for the machines; default: the stack's, or none")
      .action(action(() => (require("./proxmox") as typeof import("./proxmox")).setupProxmox)),
  );
  return root;
}
