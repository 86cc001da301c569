/** Reads what GitHub has of a proposed change, and opens or updates its pull request. */
import { posix as path } from "node:path";
import { pullRequestPermissions } from "../vocabulary/github-permissions";
import type { GitHubClient } from "./client";
import { GitHubError, statusOf, unlessMissing } from "./errors";
import { type OpenPull, type Proposal, type ProposalPlan, type ProposalSeen, proposalMessage } from "./plan-proposal";

/** Where a proposal starts: the last commit of the default branch. */
export interface ProposalBase {
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
}

type Asked = Pick<GitHubClient, "call" | "once" | "filesIn">;
type Permission = Exclude<keyof typeof pullRequestPermissions, "metadata">;

const inWords: Readonly<Record<Permission, string>> = {
  contents: "Contents: write",
  pull_requests: "Pull requests: write",
  workflows: "Workflows: write (a classic token: the scope workflow)",
};

const isWorkflow = ({ path: file }: { readonly path: string }): boolean => file.startsWith(".github/workflows/");

/** What GitHub says to the token of a job where a setting forbids it. */
const FORBIDDEN_TO_ACTIONS = /not permitted to create or approve pull requests/;

/** Says which permission a refusal is about: GitHub itself names alternatives, or answers 404. */
async function needing<T>({ files, again }: Proposal, permission: Permission, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const refused = error as GitHubError;
    const lacks = (refused.status === 403 && refused.allowedAt === undefined) || refused.status === 404;
    if (!lacks) throw error;
    const [head] = refused.message.split(". Expected ");
    const { contents, pull_requests, workflows } = inWords;
    const wanted = [contents, pull_requests, ...(files.some(isWorkflow) ? [workflows] : [])].join(", ");
    throw new GitHubError(
      FORBIDDEN_TO_ACTIONS.test(refused.message)
        ? `${head}. Expected the setting "Allow GitHub Actions to create and approve pull requests" (Settings, Actions, ` +
            "General; an organization may lock it, and repository.manage of a stack keeps it off), or another token than " +
            `the job's own, with ${wanted}. Next: turn the setting on, or ${again}`
        : `${head}. The token lacks ${inWords[permission]}. Expected a token of yours with ${wanted}. ` +
            `Next: add the permission at GitHub, or ${again}`,
      refused.status,
    );
  }
}

/** As GitHub's contents have them: the root is the empty text. */
const foldersOf = ({ files }: Proposal): string[] => [
  ...new Set(files.map((file) => path.dirname(file.path).replace(/^\.$/, ""))),
];

async function filesAt(client: Asked, proposal: Proposal, ref: string): Promise<ProposalSeen["files"]> {
  const folders = await Promise.all(foldersOf(proposal).map((folder) => client.filesIn(folder, ref)));
  return Object.assign({}, ...folders) as ProposalSeen["files"];
}

/** @throws GitHubError in words, also where the repository has no commit */
async function commitAt(client: Asked, ref: string) {
  try {
    return await client.call(`read the branch ${ref}`, ({ rest }, names) => rest.repos.getCommit({ ...names, ref }));
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    throw new GitHubError(
      "Seen a repository without a commit. Expected one, because a pull request needs a branch to be merged into. " +
        "Next: add a README at GitHub, then the same command again",
      409,
    );
  }
}

/**
 * What the default branch and the proposal's branch have. Needs Contents: read and Pull requests: read.
 * @param defaultBranch as {@link GitHubClient.repository} shows it
 */
export async function readProposal(
  client: Asked,
  proposal: Proposal,
  defaultBranch: string,
): Promise<{ readonly base: ProposalBase; readonly seen: ProposalSeen }> {
  const { branch } = proposal;
  const head = await needing(proposal, "contents", commitAt(client, defaultBranch));
  const files = await filesAt(client, proposal, head.sha);
  const base = { branch: defaultBranch, commit: head.sha, tree: head.commit.tree.sha };
  const ref = await unlessMissing(
    client.call(`read the branch ${branch}`, ({ rest }, names) =>
      rest.git.getRef({ ...names, ref: `heads/${branch}` }),
    ),
  );
  if (ref === undefined) return { base, seen: { files } };
  const tip = await commitAt(client, ref.object.sha);
  const open = await needing(
    proposal,
    "pull_requests",
    client.call("list the pull requests", ({ rest }, names) =>
      rest.pulls.list({ ...names, head: `${names.owner}:${branch}`, base: defaultBranch, state: "open" }),
    ),
  );
  const [pull] = open.map(({ number, html_url: url }) => ({ number, url }));
  const { message } = tip.commit;
  const seenBranch = {
    message,
    parents: tip.parents.length,
    onTop: tip.parents.some(({ sha }) => sha === head.sha),
    files: await filesAt(client, proposal, tip.sha),
  };
  return { base, seen: { files, branch: seenBranch, ...(pull === undefined ? {} : { pull }) } };
}

/**
 * The last pull request that proposed the same, by its title, and was closed without a merge: someone does not want it.
 * Needs Pull requests: read.
 */
export async function declinedPull(
  client: Asked,
  proposal: Proposal,
  defaultBranch: string,
): Promise<OpenPull | undefined> {
  const { branch, title } = proposal;
  const closed = await needing(
    proposal,
    "pull_requests",
    client.call("list the closed pull requests", ({ rest }, names) =>
      rest.pulls.list({ ...names, head: `${names.owner}:${branch}`, base: defaultBranch, state: "closed" }),
    ),
  );
  // The newest first, as GitHub lists them. A later one that was merged counts more than an earlier refusal.
  const last = closed.find((pull) => pull.title === title);
  return last === undefined || last.merged_at !== null ? undefined : { number: last.number, url: last.html_url };
}

/** Makes the commit and points the branch to it. */
async function pushCommit(
  client: Asked,
  proposal: Proposal,
  base: ProposalBase,
  { files, branch }: Extract<ProposalPlan, { kind: "propose" }>,
): Promise<void> {
  const tree: { path: string; mode: "100644"; type: "blob"; sha: string }[] = [];
  for (const { path: file, content } of files) {
    const { sha } = await needing(
      proposal,
      "contents",
      client.call("store a file", ({ rest }, names) =>
        rest.git.createBlob({ ...names, content: content.toString("base64"), encoding: "base64" }),
      ),
    );
    tree.push({ path: file, mode: "100644", type: "blob", sha });
  }
  const made = await needing(
    proposal,
    files.some(isWorkflow) ? "workflows" : "contents",
    client.call("store the folder of the change", ({ rest }, names) =>
      rest.git.createTree({ ...names, base_tree: base.tree, tree }),
    ),
  );
  const { sha } = await client.call("store the commit", ({ rest }, names) =>
    rest.git.createCommit({ ...names, message: proposalMessage(proposal), tree: made.sha, parents: [base.commit] }),
  );
  const point =
    branch === "create"
      ? // Refused if someone else has made it meanwhile.
        client.once(`make the branch ${proposal.branch}`, ({ rest }, names) =>
          rest.git.createRef({ ...names, ref: `refs/heads/${proposal.branch}`, sha }),
        )
      : client.once(`move the branch ${proposal.branch}`, ({ rest }, names) =>
          rest.git.updateRef({ ...names, ref: `heads/${proposal.branch}`, sha, force: true }),
        );
  await needing(proposal, files.some(isWorkflow) ? "workflows" : "contents", point);
}

/**
 * Carries out a plan. Broken off, it can be run again: it goes on from what is there.
 * @throws GitHubError that names the permission which is missing
 */
export async function propose(
  client: Asked,
  proposal: Proposal,
  base: ProposalBase,
  plan: Extract<ProposalPlan, { kind: "propose" }>,
): Promise<OpenPull> {
  if (plan.branch !== "keep") await pushCommit(client, proposal, base, plan);
  const { title, body, branch } = proposal;
  const { pull } = plan;
  const answer = await needing(
    proposal,
    "pull_requests",
    pull === undefined
      ? client.once("open a pull request", ({ rest }, names) =>
          rest.pulls.create({ ...names, title, body, head: branch, base: base.branch }),
        )
      : client.call("update the pull request", ({ rest }, names) =>
          rest.pulls.update({ ...names, pull_number: pull.number, title, body }),
        ),
  );
  return { number: answer.number, url: answer.html_url };
}
