/** One cause from all views: why a run waits, failed or is done. Pure. */
import type { WhyAnswer, WhyCause, WhyFacts, WhyRun } from "./facts";
import { judgeEnded } from "./judge-ended";
import { judgeOpen } from "./judge-open";
import { partsOf } from "./several";

type Known = WhyFacts & { readonly run: WhyRun };
interface Judged {
  readonly cause: WhyCause;
  readonly further: readonly string[];
}

const judgeOne = (known: Known): Judged =>
  known.run.status === "completed" ? { cause: judgeEnded(known), further: [] } : judgeOpen(known);

/**
 * The run by its deployments: the first with a problem, else the first that has not ended. Where neither is there, the
 * run is judged as a whole, because another job may have failed.
 */
function judgeSeveral(known: Known, parts: readonly (Judged & { readonly caller: string })[]): Judged {
  const further = [...new Set(parts.flatMap((part) => part.further))];
  const isDone = ({ cause }: Judged): boolean => cause.kind === "succeeded";
  const told = parts.find(({ cause }) => cause.problem) ?? parts.find((part) => !isDone(part));
  if (told !== undefined) return { cause: { ...told.cause, words: `${told.caller}: ${told.cause.words}` }, further };
  if (known.run.conclusion !== "success") return { ...judgeOne(known), further };
  const words = `All ${parts.length} deployments of the run succeeded.`;
  return { cause: { kind: "succeeded", words, problem: false, next: null }, further };
}

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
      deployments: [],
      further: [],
      problem: false,
      next: "ghrunners deploy --version V",
    };
  }
  const known = { ...facts, run };
  const parts = partsOf(known).map((part) => ({ caller: part.caller, ...judgeOne(part.facts) }));
  const { cause, further } = parts.length === 0 ? judgeOne(known) : judgeSeveral(known, parts);
  const { kind, words, problem, next } = cause;
  const deployments = parts.map(({ caller, cause: own }) => ({ caller, ...own }));
  return {
    ...facts,
    cause: { kind, words },
    deployments,
    further: [...further],
    problem: problem || further.length > 0,
    next,
  };
}
