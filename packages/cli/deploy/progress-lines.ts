/** Progress lines: one for each thing that changed between two polls. Pure. */
import { deployJob, type SeenRun, type Snapshot } from "./snapshot";

/** @param known the run as GitHub showed it last */
export function progressLines(earlier: Snapshot | undefined, known: SeenRun | undefined, now: Snapshot): string[] {
  const before = earlier?.id === now.id ? earlier : undefined;
  return [...ofGitHub(before?.github, known, now.github), ...ofTarget(before, now)];
}

function ofGitHub(
  earlier: Snapshot["github"] | undefined,
  known: SeenRun | undefined,
  github: Snapshot["github"],
): string[] {
  if (typeof github === "string") return typeof earlier === "string" ? [] : [`GitHub does not answer: ${github}`];
  const then = known?.attempt === github.attempt ? known : undefined;
  const back = typeof earlier === "string" ? ["GitHub answers again"] : [];
  return [
    ...back,
    ...(then?.attempt === github.attempt
      ? []
      : [`run ${github.url}${github.attempt > 1 ? `, attempt ${github.attempt}` : ""}`]),
    ...ofGate(then, github),
    ...ofJob(then, github),
    ...ofRunner(then, github),
    ...(github.status === "completed" && then?.status !== "completed" ? [`run ended: ${github.conclusion}`] : []),
  ];
}

function ofGate(then: SeenRun | undefined, { gate, reviewers }: SeenRun): string[] {
  const lines: string[] = [];
  if (gate !== null && (then?.gate ?? null) === null)
    lines.push(gate.go ? `gate: ${gate.runner} (${gate.reason})` : `gate refuses: ${gate.reason}`);
  if (reviewers.length > 0 && (then?.reviewers.length ?? 0) === 0)
    lines.push(`waiting for the approval of ${reviewers.join(" or ")}`);
  return lines;
}

const waits: Readonly<Record<string, string>> = {
  pending: "waiting for the deployment before it",
  queued: "waiting for the runner",
  in_progress: "on runner",
};

function ofJob(then: SeenRun | undefined, now: SeenRun): string[] {
  const [earlier, job] = [then && deployJob(then), deployJob(now)];
  const text = waits[job?.status ?? ""];
  if (job === undefined || text === undefined || earlier?.status === job.status) return [];
  return [job.status === "in_progress" ? `${text} ${job.runner}` : text];
}

function ofRunner(then: SeenRun | undefined, { runnerOnline, ...now }: SeenRun): string[] {
  if (runnerOnline === false && then?.runnerOnline !== false)
    return [`GitHub shows ${deployJob(now)?.runner ?? "the runner"} offline`];
  return runnerOnline === true && then?.runnerOnline === false ? ["GitHub shows the runner online again"] : [];
}

function ofTarget(before: Snapshot | undefined, { target, blind }: Snapshot): string[] {
  const lines: string[] = [];
  if (blind !== null && blind !== before?.blind) lines.push(blind);
  if (target === null) return lines;
  const { open, records } = target.look;
  const earlier = before?.target?.look;
  if (records !== null) {
    const reported = earlier?.open?.ended.length ?? 0;
    const all = records.deployment.actions.map(({ name, ok }) => `${name}: ${ok ? "ok" : "failed"}`);
    if ((earlier?.records ?? null) === null) lines.push(...all.slice(reported).map((line) => `  ${line}`));
    return lines;
  }
  if (open === null) return lines;
  if (earlier?.open?.id !== open.id) lines.push(`deployment ${open.id} holds the lock of ${target.name}`);
  const reported = earlier?.open?.id === open.id ? earlier.open.ended.length : 0;
  lines.push(...open.ended.slice(reported).map((line) => `  ${line}`));
  if (open.lease === "expired" && earlier?.open?.lease !== "expired" && open.outcome === null)
    lines.push(`the deployer is silent: its lease has expired, ${target.name} rolls back by itself`);
  return lines;
}
