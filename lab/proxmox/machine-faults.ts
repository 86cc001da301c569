/** What a fault does to a machine, and what undoes it. Both may be repeated. */
import { RUNNER_HOME, WORK_FOLDER } from "@ghrunners/core/vocabulary/runner";
import type { MachineFaultName } from "./faults";
import type { ProxmoxNode } from "./node";
import { cut, start } from "./vm/power";

const work = `${RUNNER_HOME}/${WORK_FOLDER}`;
const sudo = "/usr/bin/sudo";

/** Commands that root runs in the guest. The modes are those that the program and Debian's package give. */
const inGuest = {
  "work-folder-closed": { begin: ["chmod", "0000", work], end: ["chmod", "0755", work] },
  // Ubuntu starts the server by its socket.
  "ssh-stopped": {
    begin: ["systemctl", "stop", "ssh.socket", "ssh.service"],
    end: ["systemctl", "start", "ssh.service"],
  },
  "sudo-broken": { begin: ["chmod", "0755", sudo], end: ["chmod", "4755", sudo] },
} as const;

interface Change {
  readonly begin: (node: ProxmoxNode, vmid: number) => Promise<void>;
  readonly end: (node: ProxmoxNode, vmid: number) => Promise<void>;
  /** When the machine has to run. */
  readonly needsGuest: "never" | "to begin" | "always";
}

function guestChange(name: keyof typeof inGuest): Change {
  const { begin, end } = inGuest[name];
  return {
    begin: ({ machines }, vmid) => machines.runInside(vmid, begin),
    end: ({ machines }, vmid) => machines.runInside(vmid, end),
    needsGuest: "always",
  };
}

/** By fault; the lock of a VM is looked up with each request. */
export const machineFaults: Readonly<Record<Exclude<MachineFaultName, "locked">, Change>> = {
  stop: {
    begin: (node, vmid) => cut(node, vmid, "fault"),
    end: async (node, vmid) => {
      if (!node.machines.isRunning(vmid)) await start(node, vmid);
    },
    needsGuest: "never",
  },
  freeze: {
    begin: ({ machines }, vmid) => machines.freeze(vmid),
    end: ({ machines }, vmid) => machines.thaw(vmid),
    // A power cut ends it.
    needsGuest: "to begin",
  },
  "link-down": {
    begin: ({ machines }, vmid) => machines.setLink(vmid, false),
    end: ({ machines }, vmid) => machines.setLink(vmid, true),
    needsGuest: "never",
  },
  "disk-full": {
    begin: ({ machines }, vmid) => machines.fillDisk(vmid),
    end: ({ machines }, vmid) => machines.clearDisk(vmid),
    needsGuest: "always",
  },
  "inodes-exhausted": {
    begin: ({ machines }, vmid) => machines.takeInodes(vmid),
    end: ({ machines }, vmid) => machines.giveInodes(vmid),
    needsGuest: "always",
  },
  "work-folder-closed": guestChange("work-folder-closed"),
  "ssh-stopped": guestChange("ssh-stopped"),
  "sudo-broken": guestChange("sudo-broken"),
};
