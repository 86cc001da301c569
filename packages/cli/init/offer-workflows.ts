/** The last step of `ghrunners init`: the pull request with the workflows. */
import type { Settings } from "@ghrunners/config/parse";
import { GitHubClient } from "@ghrunners/core/github/client";
import { proposeWorkflows } from "../setup/workflows";
import type { WorkflowsReport } from "../setup/workflow-files";
import { type InitFinding, toPrepare } from "./findings";
import type { PromptAnswer, Prompt } from "./questions/question";

/** What came of it. */
export interface OfferedWorkflows {
  /** Page of the open pull request; null if there is none. */
  readonly pullRequest: string | null;
  /** Why it could not be opened. */
  readonly findings: readonly InitFinding[];
}

const NONE: OfferedWorkflows = { pullRequest: null, findings: [] };

type Wanted = Pick<Settings, "github" | "githubToken" | "smoke" | "deployment">;

const attempt = async (work: () => Promise<WorkflowsReport>): Promise<OfferedWorkflows> => {
  try {
    return { pullRequest: (await work()).pullRequest?.url ?? null, findings: [] };
  } catch (error) {
    return { pullRequest: null, findings: [toPrepare("workflowsTokenFile", (error as Error).message)] };
  }
};

/**
 * Opens or updates the pull request if there is a token for it, else offers it on a terminal.
 * @param token given for it, apart from the stack's
 * @param ask shows a question; undefined if no one is there to answer
 * @param open a client for a token, for tests
 */
export async function offerWorkflows(
  { github: { url, repository }, githubToken, smoke, deployment }: Wanted,
  token: string | undefined,
  ask: ((prompt: Prompt) => Promise<PromptAnswer>) | undefined,
  open = (own: string): GitHubClient => new GitHubClient({ url, fullName: repository }, own),
): Promise<OfferedWorkflows> {
  const wanted = { deploys: deployment !== undefined, smokeWorkflow: smoke.workflow };
  const perform = (own: string, apply: boolean): Promise<WorkflowsReport> =>
    proposeWorkflows(open(own), repository, wanted, apply);
  if (token !== undefined) return attempt(() => perform(token, true));
  if (ask === undefined) return NONE;
  // A token that cannot look has been reported by the checks.
  const seen = await perform(githubToken, false).catch(() => undefined);
  if (seen?.state !== "missing") return { ...NONE, pullRequest: seen?.pullRequest?.url ?? null };
  const lacking = seen.files.filter(({ change }) => change !== "same").map(({ path }) => path);
  const message = `Open a pull request at ${repository} with ${lacking.join(", ")}?`;
  if ((await ask({ kind: "yes-no", message, initial: true })) !== true) return NONE;
  const own = await ask({
    kind: "secret",
    message:
      "Token with Contents, Pull requests and Workflows: write, which is not stored (empty: the stack's githubToken)",
  });
  return typeof own === "string" ? attempt(() => perform(own.trim() || githubToken, true)) : NONE;
}
