/** Which files a repository needs on its default branch, and the text of the pull request that brings them. Pure. */
import {
  changesOf,
  type OpenPull,
  type Proposal,
  type ProposalPlan,
  type ProposalSeen,
} from "@ghrunners/core/github/plan-proposal";
import type { Described } from "@ghrunners/core/schema";
import { SMOKE_WORKFLOW } from "@ghrunners/core/vocabulary/runner";
import type { setupWorkflowsSchema } from "./schema";

export type WorkflowsReport = Described<typeof setupWorkflowsSchema>;

/** A file that the runners or the deployments need in the repository. */
export interface NeededFile {
  readonly path: string;
  /** What it does, as the end of a sentence. */
  readonly purpose: string;
}

/** What decides which files are needed. */
export interface FilesWanted {
  /** Whether the repository deploys. */
  readonly deploys: boolean;
  /** The setting smoke.workflow; another workflow than ours belongs to the repository. */
  readonly smokeWorkflow?: string | undefined;
  /** The setting monitoring.runbookBaseUrl. */
  readonly runbookBaseUrl?: string | undefined;
}

/** The file that is made, not copied: the deployer of this checkout. */
export const DEPLOYER = ".github/scripts/deployer.cjs";
export const WORKFLOWS_BRANCH = "ghrunners/workflows";

const smoke: NeededFile = {
  path: `.github/workflows/${SMOKE_WORKFLOW}`,
  purpose: "proves that a runner works, before and after each change of it",
};
const forDeployments: readonly NeededFile[] = [
  { path: ".github/workflows/runner-gate.yml", purpose: "chooses the runner of a deployment, or refuses" },
  { path: ".github/scripts/runner-gate.mjs", purpose: "is the program of the runner gate" },
  { path: ".github/workflows/deploy.yml", purpose: "deploys on the chosen runner; your own workflow calls it" },
  { path: DEPLOYER, purpose: "is the program that deploys, with the agent for the targets" },
  {
    path: ".github/workflows/deploy-key-proof.yml",
    purpose: "proves a new deploy key, for ghrunners rotate",
  },
];

/** @example neededFiles({ deploys: false }).map(({ path }) => path) // [".github/workflows/runner-smoke.yml"] */
export const neededFiles = ({ deploys, smokeWorkflow = SMOKE_WORKFLOW }: FilesWanted): NeededFile[] => [
  ...(smokeWorkflow === SMOKE_WORKFLOW ? [smoke] : []),
  ...(deploys ? forDeployments : []),
];

/** The pull request that brings the files. */
export function workflowsProposal(needed: readonly NeededFile[], contents: Readonly<Record<string, Buffer>>): Proposal {
  const rows = needed.map(({ path, purpose }) => `| \`${path}\` | ${purpose} |`);
  const hasDeployer = needed.some(({ path }) => path === DEPLOYER);
  const body = [
    "Files that the runners of this repository need on the default branch. What they do:",
    "",
    "| file | it |",
    "|---|---|",
    ...rows,
    "",
    "The workflows start without permissions, grant them job by job, and use no actions of others.",
    ...(hasDeployer
      ? [
          `\`${DEPLOYER}\` is one file with everything in it: \`ghrunners deploy --bundle FILE\` makes the same one from the ` +
            "same version of ghrunners, to compare.",
        ]
      : []),
    "",
    "After the merge:",
    "",
    "- `pulumi preview` finds the smoke job's workflow, and `pulumi up` makes the runners",
    ...(hasDeployer ? ["- a workflow of your own calls `deploy.yml`, and `ghrunners deploy` starts it"] : []),
    "- `ghrunners setup workflows` says when a file here differs from your version of ghrunners",
    "",
    "`ghrunners setup workflows --apply` made this pull request, and updates it as long as it is open. It does not touch " +
      "a branch to which someone else has added a commit.",
  ].join("\n");
  const files = needed.map(({ path }) => ({ path, content: contents[path] as Buffer }));
  const again = "make such a token, put it into a file, and: ghrunners setup workflows --apply --token-file FILE";
  return { branch: WORKFLOWS_BRANCH, title: "Add the workflows of the runners", body, files, again };
}

/**
 * @param runbooks command that names the runbooks, where links to them would be dead
 * @param done the pull request that was opened or updated
 */
export function workflowsReport(
  repository: string,
  needed: readonly NeededFile[],
  proposal: Proposal,
  { files, pull }: ProposalSeen,
  plan: Exclude<ProposalPlan, { kind: "refused" }>,
  runbooks: string | null,
  done?: OpenPull,
): WorkflowsReport {
  const changes = changesOf(proposal.files, files);
  const before = { nothing: "ready", open: "open", propose: "missing" } as const;
  const state = done === undefined ? before[plan.kind] : pull === undefined ? "opened" : "updated";
  return {
    repository,
    state,
    files: needed.map((file) => ({ ...file, change: changes[file.path] ?? "add" })),
    branch: proposal.branch,
    runbooks,
    pullRequest: done ?? (plan.kind === "open" ? plan.pull : (pull ?? null)),
  };
}

/** 0: nothing is left to do for this command. */
export const workflowsExitCode = ({ state }: WorkflowsReport): number => (state === "missing" ? 1 : 0);
