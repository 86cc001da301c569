/**
 * Which runner the next deployment uses, as published in the repository variable DEPLOY_RUNNER: the failover switch
 * writes it, gates and commands read it. Pure.
 */
import * as z from "zod";
import type { GateDecision } from "./choose";

const choice = z.object({
  /** Labels for `runs-on`; empty: no runner may deploy. */
  labels: z.array(z.string().min(1)),
  /** Role of the runner; null: none. */
  runner: z.string().nullable(),
  /** Its name at GitHub. Null or absent: the writer names none. */
  name: z.string().nullish(),
  /** Reason as text. */
  reason: z.string(),
  /** RFC 3339. */
  decidedAt: z.iso.datetime({ offset: true }),
  /** RFC 3339; from then on the choice is not valid. */
  expiresAt: z.iso.datetime({ offset: true }),
  /** The whole decision, if the writer adds it. */
  decision: z
    .object({ schema: z.literal("ghrunners.gate-decision/1") })
    .loose()
    .optional(),
});

/** Content of DEPLOY_RUNNER. */
export type Choice = Omit<z.output<typeof choice>, "decision"> & { readonly decision?: GateDecision };

/** The variable, judged at one moment. */
export type ChoiceSeen =
  /** The variable does not exist, or does not have the switch's format. */
  | { readonly state: "missing" | "unreadable" }
  /**
   * `future`: decided by a clock that is ahead, so the gate refuses it. `expired`: the switch is not running.
   * `refused`: no runner may deploy.
   */
  | { readonly state: "future" | "expired" | "refused"; readonly choice: Choice }
  /** Its runner may deploy. */
  | { readonly state: "fresh"; readonly choice: Choice };

/** How far the clock of the monitoring host may be ahead of this one, milliseconds. */
const CLOCK_TOLERANCE_MS = 120_000;

/** The variable's text for a decision. */
export function choiceText(decision: GateDecision): string {
  const { runner, role, labels, explanation, decidedAt, expiresAt } = decision;
  const written: Choice = {
    labels: [...labels],
    runner: role,
    name: runner,
    reason: explanation,
    decidedAt,
    expiresAt,
    decision,
  };
  return JSON.stringify(written);
}

function contentOf(text: string): Choice | undefined {
  try {
    return choice.parse(JSON.parse(text)) as unknown as Choice;
  } catch {
    return undefined;
  }
}

/** @param text value of the variable; null, undefined or empty: it does not exist */
export function readChoice(text: string | null | undefined, now: Date): ChoiceSeen {
  const written = text ?? "";
  if (written === "") return { state: "missing" };
  const content = contentOf(written);
  if (content === undefined) return { state: "unreadable" };
  const { decidedAt, expiresAt, labels } = content;
  if (Date.parse(decidedAt) > now.getTime() + CLOCK_TOLERANCE_MS) return { state: "future", choice: content };
  if (Date.parse(expiresAt) <= now.getTime()) return { state: "expired", choice: content };
  if (labels.length === 0) return { state: "refused", choice: content };
  return { state: "fresh", choice: content };
}

/** Whether deployments go to this runner now. */
export const goesTo = (seen: ChoiceSeen, runner: string): boolean =>
  seen.state === "fresh" && seen.choice.name === runner;
