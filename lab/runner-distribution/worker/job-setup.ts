import type { JobMessage } from "../../github/runner-protocol/messages";
import type { Evaluator } from "../../github/workflows/expressions";
import type { Masks } from "./masks";
import type { Reporter } from "./reporter";

/** What a job needs from the machine that runs it: the worker of a runner, or the lab's hosted machine. */
export interface JobSetup {
  readonly message: JobMessage;
  readonly workFolder: string;
  readonly runnerName: string;
  /** Shown as runner.environment: self-hosted or github-hosted. */
  readonly runnerEnvironment: string;
  readonly evaluator: Evaluator;
  readonly reporter: Reporter;
  readonly masks: Masks;
  /** Environment of the runner itself: steps inherit it. */
  readonly env: NodeJS.ProcessEnv;
  /** Program with its options that starts the script of a step. Default: the script is started itself. */
  readonly launcher?: readonly string[];
  /** First lines of the log. */
  readonly heading: readonly string[];
}
