/** Whether a workflow delivers from the repository whose environment the program protects. Pure. */
import type { Settings } from "@ghrunners/config/parse";

/**
 * A job's `environment` is one of the repository that the workflow is in. If the stack protects another repository's,
 * GitHub makes the job's environment by itself, and no one has to approve.
 *
 * @param env of the process: GITHUB_ACTIONS and GITHUB_REPOSITORY, which GitHub sets in every job
 * @returns why the workflow may not deliver; undefined if it may, and outside a workflow
 */
export function deliveryProblem(
  env: Readonly<Record<string, string | undefined>>,
  { github, promotion }: Pick<Settings, "github" | "promotion">,
): string | undefined {
  const here = env.GITHUB_REPOSITORY;
  if (env.GITHUB_ACTIONS !== "true" || here === undefined) return undefined;
  const expected = promotion.repository ?? github.repository;
  if (here.toLowerCase() === expected.toLowerCase()) return undefined;
  return (
    `This workflow runs in ${here}, so its environment is that of ${here}. The program protects the one of ` +
    `${github.repository} only. Expected a workflow in ${expected}. Next: run it there; or protect the environment of ` +
    `${here} by hand, then pulumi config set --path 'ghrunners:promotion.repository' ${here}`
  );
}
