/** One cause from all views: why a run waits, failed or is done. Pure. */
import type { WhyAnswer, WhyFacts } from "./facts";
import { judgeEnded } from "./judge-ended";
import { judgeOpen } from "./judge-open";

/**
 * @param facts what GitHub, the runners, the failover switch and the targets showed; what could not be read is never
 * taken for healthy
 */
export function judge(facts: WhyFacts): WhyAnswer {
  const { run } = facts;
  if (run === null) {
    const words = "No run of the repository has deployed yet.";
    return {
      ...facts,
      cause: { kind: "no_run", words },
      further: [],
      problem: false,
      next: "ghrunners deploy --version V",
    };
  }
  const known = { ...facts, run };
  const { cause, further } = run.status === "completed" ? { cause: judgeEnded(known), further: [] } : judgeOpen(known);
  const { kind, words, problem, next } = cause;
  return { ...facts, cause: { kind, words }, further, problem: problem || further.length > 0, next };
}
