import type { Guard } from "../guard";
import type { WorkflowFacts } from "../workflows";

const pinned = /^[^@\s]+@[0-9a-f]{40}$/;
const image = /^docker:\/\/[^@\s]+@sha256:[0-9a-f]{64}$/;

/**
 * Files of the same commit: `./` in the checkout, `$/` in the workflow's own repository. Source: GitHub's changelog of
 * 2026-07-30, "Reference same-repository actions with self-repository syntax".
 */
const sameCommit = /^[.$]\//;

/** Whether the content of `uses` is fixed: files of the same commit, a commit, or a digest. */
export const isPinned = (uses: string): boolean => sameCommit.test(uses) || pinned.test(uses) || image.test(uses);

/** @returns one violation for each action that is not pinned */
export function judgeActions(workflows: readonly WorkflowFacts[]): string[] {
  return workflows.flatMap(({ file, actions }) =>
    actions
      .filter(({ uses }) => !isPinned(uses))
      .map(({ uses }) => `${file} uses ${uses}. Expected it pinned by the 40 digits of its commit.`),
  );
}

export const actionsPinned: Guard = {
  name: "actions-pinned",
  description: "Actions are pinned by their commit: the owner of an action can move its tag to other code.",
  judge: ({ pool, acceptsUnpinnedActions }) => [
    ...(pool === undefined ? [] : judgeActions(pool.workflows())),
    ...(acceptsUnpinnedActions === true
      ? ["The repository accepts actions that are not pinned. Expected shaPinningRequired: true."]
      : []),
  ],
};
