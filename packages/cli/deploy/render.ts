/** The result of a deployment through GitHub as text, on standard output. */
import { renderResult } from "@ghrunners/deploy/render";
import type { Followed } from "./follow";

export function renderFollowed(followed: Followed, version: string): string {
  const { id, run, gate, target, records, lost, words } = followed;
  const lines: string[] = [];
  if (gate?.go === false) lines.push(`No runner may deploy: ${gate.reason}`, `Runbook: ${gate.runbook}`);
  if (lost !== null) lines.push(`The runner ${lost} was lost during the deployment.`);
  if (records !== null) {
    lines.push(renderResult({ kind: "over", records }).trimEnd());
    lines.push(`Record: /var/lib/ghrunners/deployments/${id}.json on ${target}`);
  } else if (gate?.go !== false) lines.push(...(words.length > 0 ? words : [nothingKnown(followed)]));
  if (run !== null) lines.push(`Run: ${run.url}`);
  lines.push(...nextOf(followed, version).map((command) => `Next: ${command}`));
  return `${lines.join("\n")}\n`;
}

function nothingKnown({ run }: Followed): string {
  if (run === null) return "GitHub does not answer, and no target that can be reached from here knows the deployment.";
  if (run.conclusion === "success") return "The run succeeded. Its target cannot be reached from here.";
  return `The run ended as ${run.conclusion}; no target that can be reached from here knows the deployment.`;
}

function nextOf(followed: Followed, version: string): string[] {
  if (exitCodeOfFollowed(followed) === 0) return [];
  const again = `ghrunners deploy --version ${version}`;
  const { gate, lost, records } = followed;
  if (gate?.go === false) return ["ghrunners status", `${again} --direct, if it cannot wait`];
  if (lost !== null && records?.deployment.outcome !== "rollback_failed")
    return [`${again}, with the runner that the gate chooses then`];
  return records === null ? [again] : [];
}

/** 0 done or nothing to do, 1 not. */
export function exitCodeOfFollowed({ nothingToDo, records, run }: Followed): number {
  if (nothingToDo) return 0;
  if (records !== null) return records.deployment.outcome === "succeeded" ? 0 : 1;
  return run?.conclusion === "success" ? 0 : 1;
}
