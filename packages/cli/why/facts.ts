/** What was seen of one run, from every side, at one moment. Plain data. */
import type { Described } from "@ghrunners/core/schema";
import type {
  causeKinds,
  whyApprovalSchema,
  whyCandidateSchema,
  whyGroupSchema,
  whyJobSchema,
  whyRunnerSchema,
  whyRunSchema,
  whySchema,
  whyTargetSchema,
} from "./schema";

export type WhyAnswer = Described<typeof whySchema>;
export type CauseKind = (typeof causeKinds)[number];
export type WhyJob = Described<typeof whyJobSchema>;
export type WhyRun = Described<typeof whyRunSchema>;
export type Approval = Described<typeof whyApprovalSchema>;
export type Group = Described<typeof whyGroupSchema>;
export type Candidate = Described<typeof whyCandidateSchema>;
export type RunnerFacts = Described<typeof whyRunnerSchema>;
export type TargetFacts = Described<typeof whyTargetSchema>;

/** The answer before it is judged. */
export type WhyFacts = Omit<WhyAnswer, "cause" | "deployments" | "further" | "problem" | "next">;

/** A cause, whether it needs a person or goes on by itself, and what to do next. */
export interface WhyCause {
  readonly kind: CauseKind;
  /** One sentence. */
  readonly words: string;
  readonly problem: boolean;
  readonly next: string | null;
}
