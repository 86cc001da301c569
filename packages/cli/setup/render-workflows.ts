/** The result of `ghrunners setup workflows` as text. Pure. */
import pc from "picocolors";
import type { WorkflowsReport } from "./workflow-files";

const heads: Readonly<Record<WorkflowsReport["state"], string>> = {
  ready: "has every file on its default branch. Nothing to do.",
  missing: "lacks files on its default branch. Nothing was changed.",
  open: "has a pull request with exactly these files already. Nothing to do but merge it.",
  opened: "has a pull request with these files now.",
  updated: "has its pull request updated with these files.",
};

const marks = { add: pc.green("+"), change: pc.yellow("~"), same: " " } as const;

/** @param apply the command that opens the pull request */
export function renderWorkflows(
  { repository, state, files, branch, runbooks, pullRequest }: WorkflowsReport,
  apply: string,
): string {
  const width = Math.max(0, ...files.map(({ path }) => path.length));
  const next =
    state === "ready"
      ? []
      : state === "missing"
        ? [
            `Next: ${apply}`,
            `It makes the branch ${branch} with one commit, and ${pullRequest === null ? "opens" : "updates"} a pull request.`,
          ]
        : [`Next: review and merge ${pullRequest?.url ?? branch}`];
  return [
    pc.bold(`${repository} ${heads[state]}`),
    ...files.map(({ path, purpose, change }) => `  ${marks[change]} ${path.padEnd(width)}  ${pc.dim(purpose)}`),
    ...next,
    ...(runbooks === null
      ? []
      : [
          "Refusals of the gate and issues of incidents link to docs/runbooks, which the repository does not have.",
          `Next: ${runbooks}`,
        ]),
    "",
  ].join("\n");
}
