import { spawn } from "node:child_process";
import { note } from "@ghrunners/core/terminal";

/** Opens an address in the default browser. Where there is none, the printed address is enough. */
export function openInBrowser(url: string): void {
  const program = process.platform === "darwin" ? "open" : "xdg-open";
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  child.once("error", () => note(`There is no ${program} on PATH. Open the address yourself.`));
  child.unref();
}
