/** `npm run lab -- node-shell`: the shell of the emulated Proxmox VE node, where an administrator prepares it. */
import { spawn } from "node:child_process";
import path from "node:path";
import { note } from "@ghrunners/core/terminal";
import type { Instance } from "./instance";
import { socketOf } from "./service";

/**
 * Runs bash with `pveum` and `pvesh` of the node: interactive on a terminal, else the script on standard input.
 * @returns its exit code
 */
export function runNodeShell(instance: Instance, node: string): Promise<number> {
  const programs = path.join(__dirname, "proxmox", "node-shell");
  const env = {
    ...process.env,
    PATH: [programs, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    PS1: `lab node ${node}# `,
    LAB_PROXMOX_SOCKET: socketOf(instance, "proxmox"),
  };
  if (process.stdin.isTTY)
    note(`pveum and pvesh work on the lab's node ${node}. Every other command is this machine's own, as its root.`);
  const child = spawn("bash", ["--norc"], { stdio: "inherit", env });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
