/**
 * Reads every process again and again until it is asked to end, then reports what it found. A process of its own, so
 * that short-lived programs are seen while the test itself is busy.
 */
import { readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { lookAtProcesses, type PlantedSecret, type ProcessFinding, SecretScanner } from "./secret-scan";

/** What the worker is given; by message, so that no secret is in its own arguments or environment. */
export interface WatchRequest {
  readonly planted: readonly PlantedSecret[];
  /** The emulator's state file, which holds the hashes of runner tokens. */
  readonly githubState: string;
}

export interface WatchReport {
  readonly looks: number;
  readonly found: readonly ProcessFinding[];
}

/** SHA-256 of every registration and removal token that the GitHub emulator remembers. */
export function issuedTokens(githubState: string): ReadonlySet<string> {
  const { runnerTokens } = JSON.parse(readFileSync(githubState, "utf8")) as { runnerTokens: { sha256: string }[] };
  return new Set(runnerTokens.map((token) => token.sha256));
}

async function watch({ planted, githubState }: WatchRequest, ended: () => boolean): Promise<WatchReport> {
  const scanner = new SecretScanner(planted, () => issuedTokens(githubState));
  const found = new Map<string, ProcessFinding>();
  let looks = 0;
  let last = false;
  do {
    last = ended(); // The last look begins after the order to end, so it sees what lives then.
    for (const finding of lookAtProcesses(scanner)) found.set(JSON.stringify(finding), finding);
    looks += 1;
    if (looks === 1) process.send?.("watching");
    await nextTurn();
  } while (!last);
  return { looks, found: [...found.values()] };
}

if (require.main === module) {
  let end = false;
  process.on("message", (message) => {
    if (message === "end") end = true;
    else void watch(message as WatchRequest, () => end).then((report) => process.send?.(report, () => process.exit(0)));
  });
  process.on("disconnect", () => process.exit(1));
}
