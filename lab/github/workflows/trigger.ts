import type { TriggerRequest } from "../engine";
import type { RepositorySettings } from "../model";
import type { Seed } from "../seed";
import type { WorkflowFile } from "../repository/repository";
import type { PlannedRun } from "./dispatch";
import { isTriggered, needsApproval, pullRequestOrigin, pushOrigin } from "./events";
import { workflowLibrary } from "./library";
import type { Workflow } from "./model";
import { scopesAndNodes } from "./new-run";
import { workflowIn } from "./load";
import { parseWorkflowFile } from "./parse";
import type { RunRecord } from "./records";

export interface TriggeredRun extends PlannedRun {
  readonly needsApproval: boolean;
}

/**
 * The runs that an event starts. A pull request brings its own workflow files, as at GitHub: what it changes there
 * counts.
 * @param inCommit the workflow files of the commit that the event is about
 * @returns the runs, and the files that GitHub or the lab cannot run, each with the reason
 */
export function planTriggered(
  request: TriggerRequest,
  seed: Seed,
  policy: RepositorySettings["actions"]["forkPullRequestApproval"],
  inCommit: readonly WorkflowFile[],
): { planned: TriggeredRun[]; refused: { file: string; reason: string }[] } {
  const isPush = request.kind === "push";
  const origin = isPush
    ? pushOrigin(request.event)
    : pullRequestOrigin(
        request.event,
        request.commits?.base ?? seed.repository.defaultBranch,
        request.commits?.mergeSha,
      );
  const changed = isPush ? {} : request.event.files;
  const waits = !isPush && needsApproval(policy, request.event);
  const loadHere = (file: string): Workflow => {
    const text = changed[file];
    return text === undefined ? workflowIn(inCommit, file) : parseWorkflowFile(workflowLibrary(), file, text);
  };
  const planned: TriggeredRun[] = [];
  const refused: { file: string; reason: string }[] = [];
  const files = new Set([...inCommit.map(({ name }) => name), ...Object.keys(changed)]);
  for (const file of files) {
    try {
      const workflow = loadHere(file);
      if (!isTriggered(workflow, origin)) continue;
      planned.push({ file, origin, workflow, ...scopesAndNodes(workflow, {}, loadHere), needsApproval: waits });
    } catch (error) {
      refused.push({ file, reason: (error as Error).message });
    }
  }
  return { planned, refused };
}

/** A run that waits for the approval of a user with write access. GitHub shows it as completed. */
export const awaitingApproval = (run: RunRecord): RunRecord =>
  Object.assign(run, { status: "completed", conclusion: "action_required" } as const);
