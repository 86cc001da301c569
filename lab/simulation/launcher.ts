/** The agent's launcher: which command takes which lock, and for how long it waits. Read from the installed file. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import type { SimulatedHost } from "./host";
import type { Linker } from "./linker";
import { SimulatedProcess } from "./processes";

const FILE = "packages/deploy/target/files/ghrunners-deploy";

export interface LockRule {
  /** Absent: the command does not wait. */
  readonly lock?: string;
  readonly waitMs: number;
  /** Exit code when the lock is not free; 75: says whose it is. */
  readonly conflict: number;
}

/** @throws Error when the launcher does not look as it did */
export function readRules(text = readFileSync(path.join(projectRoot, FILE), "utf8")): (command: string) => LockRule {
  const rules = new Map<string, LockRule>();
  const inside = text.slice(text.indexOf("case ${1:-} in"), text.lastIndexOf("esac"));
  for (const [, names = "", body = ""] of inside.matchAll(/^ {2}([a-z*][a-z |*-]*)\)([\s\S]*?);;/gm)) {
    const flock = /flock --no-fork (--nonblock|--wait (\d+)) --conflict-exit-code (\d+) "\$lock(-outbox)?"/.exec(body);
    const rule: LockRule =
      flock === null
        ? { waitMs: 0, conflict: 0 }
        : { lock: `deploy${flock[4] ?? ""}`, waitMs: 1000 * Number(flock[2] ?? 0), conflict: Number(flock[3]) };
    for (const name of names.split("|")) rules.set(name.trim() === "guard" ? "watch" : name.trim(), rule);
  }
  const usual = rules.get("*");
  if (usual === undefined || !rules.has("renew") || !rules.has("watch") || rules.get("begin")?.conflict !== 75)
    throw new Error(
      `${FILE} is not read any more as the simulation expects it. Next: bring lab/simulation/launcher.ts up to date`,
    );
  return (command) => rules.get(command) ?? usual;
}

/** Starts a command of the agent on its host. */
export function startAgent(
  host: SimulatedHost,
  words: readonly string[],
  linker: Linker,
  ruleOf: (command: string) => LockRule,
): SimulatedProcess {
  const [command = ""] = words;
  const run = (): void => linker.run("packages/deploy/target/main.ts");
  const process: SimulatedProcess = SimulatedProcess.start(host, {
    name: `agent ${words.join(" ")}`,
    argv: words,
    main: () => {
      const { lock, waitMs, conflict } = ruleOf(command);
      if (lock === undefined) return run();
      host.lock(lock, process, waitMs, (has) => {
        if (has) return run();
        if (conflict !== 75) return process.exit(conflict);
        process.argv = [...process.argv.slice(0, 2), "held"];
        run();
      });
    },
  });
  return process;
}
