/** `ghrunners upkeep`: what is newer than a stack's file pins, and the pull request that raises it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { schema } from "@ghrunners/config/schema";
import { GitHubClient } from "@ghrunners/core/github/client";
import { gitBlob } from "@ghrunners/core/github/git-blob";
import { planProposal } from "@ghrunners/core/github/plan-proposal";
import { declinedPull, propose, readProposal } from "@ghrunners/core/github/proposal";
import { projectRoot } from "@ghrunners/core/project-root";
import { quote } from "@ghrunners/core/ssh/render-script";
import { print, printJson, WrongUse } from "../command";
import { currentStack } from "../pulumi/stack";
import { parseStackDocument, settingsIn, type SettingsTree } from "../pulumi/stack-document";
import { settingsOf } from "../settings";
import { readToken } from "../setup/read-token";
import type { UpkeepReport } from "./finding";
import { followersOf, isStackFile, type StackFiles } from "./followers";
import type { ReadText } from "./image-build";
import { findNewer, textReader } from "./read-published";
import { raised, upkeepBranch, upkeepProposal } from "./raise";
import { renderUpkeep, upkeepExitCode } from "./render";

interface Options {
  readonly stack?: string;
  readonly propose?: boolean;
  readonly repository?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** Who is asked. */
export interface UpkeepSources {
  readonly stack: string;
  /** Client of the repository that the runners serve. */
  readonly runners: GitHubClient;
  readonly read: ReadText;
}

const fileOf = (stack: string): string => `Pulumi.${stack}.yaml`;
const treeOf = (text: string, file: string): SettingsTree => settingsIn(parseStackDocument(text, file));

/** What is newer than these files pin. Changes nothing. @param where the files are, for errors */
export async function findInFiles(files: StackFiles, where: string, { stack, runners, read }: UpkeepSources) {
  const file = fileOf(stack);
  const text = files[file];
  if (text === undefined)
    throw new WrongUse(
      `Seen no ${file} in ${where}. Expected the stack's file. Next: commit it there, or the same command with another ` +
        "--stack or --repository",
    );
  const findings = await findNewer(treeOf(text, file), file, runners, read);
  const followers = followersOf(files, stack, findings);
  const report = { stack, file, items: findings.map(({ item }) => item), followers, proposal: null };
  return { text, findings, report: report satisfies UpkeepReport };
}

/**
 * Opens or updates the pull request, from the file on the default branch.
 * @param client of the repository with the stack's file
 * @throws Error in words: refused by GitHub, or a branch of that name that is not ours
 */
export async function proposeUpkeep(
  client: GitHubClient,
  repository: string,
  sources: UpkeepSources,
): Promise<UpkeepReport> {
  const { stack } = sources;
  const { defaultBranch } = await client.repository();
  const names = Object.keys(await client.filesIn("", defaultBranch)).filter(isStackFile);
  const texts = await Promise.all(names.map((name) => client.textOf(name, defaultBranch)));
  const files = Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
  const { text, findings, report } = await findInFiles(files, `${repository} (${defaultBranch})`, sources);
  const { file, followers } = report;
  const branch = upkeepBranch(stack);
  if (raised(text, file, findings) === text)
    return { ...report, proposal: { repository, branch, state: "nothing", pullRequest: null } };
  const proposal = upkeepProposal(stack, file, text, findings, followers);
  const { base, seen } = await readProposal(client, proposal, defaultBranch);
  if (seen.files[file] !== gitBlob(Buffer.from(text)))
    throw new Error(`${file} was changed on ${defaultBranch} meanwhile. Nothing was changed. Next: the same command`);
  const plan = planProposal(proposal, seen);
  if (plan.kind === "refused") throw new Error(plan.reason);
  if (plan.kind === "propose" && seen.pull === undefined) {
    const declined = await declinedPull(client, proposal, defaultBranch);
    if (declined !== undefined)
      return { ...report, proposal: { repository, branch, state: "declined", pullRequest: declined } };
  }
  const done = plan.kind === "propose" ? await propose(client, proposal, base, plan) : undefined;
  const state = done === undefined ? "open" : seen.pull === undefined ? "opened" : "updated";
  return { ...report, proposal: { repository, branch, state, pullRequest: done ?? seen.pull ?? null } };
}

/** In a workflow its own repository, which has the checkout. */
const deliveredFrom = (tree: SettingsTree, env: NodeJS.ProcessEnv): string | undefined =>
  (env.GITHUB_ACTIONS === "true" ? env.GITHUB_REPOSITORY : undefined) ??
  (tree.promotion as { readonly repository?: string } | undefined)?.repository;

const localFiles = (): StackFiles =>
  Object.fromEntries(
    readdirSync(projectRoot)
      .filter(isStackFile)
      .map((name) => [name, readFileSync(path.join(projectRoot, name), "utf8")]),
  );

export async function upkeep(options: Options): Promise<number> {
  const { tokenFile, json } = options;
  const named = await currentStack(options.stack);
  const stack = path.basename(named.name);
  const file = path.join(projectRoot, fileOf(stack));
  if (!existsSync(file)) throw new WrongUse(`Seen no ${file}. Expected the stack's file. Next: pulumi stack ls`);
  const tree = treeOf(readFileSync(file, "utf8"), file);
  const from = (tree.promotion as { readonly from?: string } | undefined)?.from;
  if (options.propose && from !== undefined)
    throw new WrongUse(
      `${stack} takes what ${from} has proved (promotion.from). Expected a proposal for ${from}. ` +
        `Next: ghrunners upkeep --stack ${from} --propose`,
    );
  const github = schema.shape.github.safeParse(tree.github ?? {});
  if (!github.success)
    throw new WrongUse(`${file} names no repository. Expected github.repository. Next: ghrunners doctor`);
  const token = tokenFile === undefined ? (await settingsOf(named)).githubToken : readToken(tokenFile);
  const { url, repository: served } = github.data;
  const clientOf = (fullName: string): GitHubClient => new GitHubClient({ url, fullName }, token);
  const sources = { stack, runners: clientOf(served), read: textReader() };
  const repository = options.repository ?? deliveredFrom(tree, process.env) ?? served;
  const report = options.propose
    ? await proposeUpkeep(clientOf(repository), repository, sources)
    : (await findInFiles(localFiles(), projectRoot, sources)).report;
  const words = tokenFile === undefined ? [] : ["--token-file", quote(tokenFile)];
  const next = from === undefined ? ["ghrunners upkeep --propose", ...words].join(" ") : undefined;
  if (json) printJson<"upkeep">({ version: 1, ...report });
  else print(renderUpkeep(report, next));
  return upkeepExitCode(report);
}
