/** `ghrunners setup workflows`: the files of the repository as a pull request. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { workflowVariable } from "@ghrunners/components/preflight/gate-machine";
import { schema } from "@ghrunners/config/schema";
import { GitHubClient } from "@ghrunners/core/github/client";
import { planProposal } from "@ghrunners/core/github/plan-proposal";
import { setVariable } from "@ghrunners/core/github/gh";
import { propose, readProposal } from "@ghrunners/core/github/proposal";
import { projectRoot } from "@ghrunners/core/project-root";
import { quote } from "@ghrunners/core/ssh/render-script";
import { RUNBOOKS_VARIABLE } from "@ghrunners/core/vocabulary/delivery";
import { bundleDeployer } from "@ghrunners/deploy/deployer/bundle";
import { print, printJson, WrongUse } from "../command";
import { parseAnswers } from "../init/answers";
import { currentStack } from "../pulumi/stack";
import type { SettingsTree } from "../pulumi/stack-document";
import { settingsOf } from "../settings";
import { readToken } from "./read-token";
import { renderWorkflows } from "./render-workflows";
import { stackValues } from "./stack-values";
import {
  DEPLOYER,
  type FilesWanted,
  neededFiles,
  workflowsExitCode,
  workflowsProposal,
  type WorkflowsReport,
  workflowsReport,
} from "./workflow-files";

interface Options {
  readonly stack?: string;
  readonly from?: string;
  readonly tokenFile?: string;
  readonly apply?: boolean;
  readonly json?: boolean;
}

/** What the settings say about the files. */
const wantedBy = ({ deployment, smoke, monitoring }: SettingsTree): FilesWanted => ({
  deploys: deployment !== undefined,
  smokeWorkflow: (smoke as { readonly workflow?: string } | undefined)?.workflow,
  runbookBaseUrl: (monitoring as { readonly runbookBaseUrl?: string } | undefined)?.runbookBaseUrl,
});

/** The command after which links to runbooks lead somewhere; null: they do already, or there are none. */
async function runbooksCommand(client: GitHubClient, { deploys, runbookBaseUrl }: FilesWanted): Promise<string | null> {
  if (!deploys || Object.keys(await client.filesIn("docs/runbooks")).length > 0) return null;
  // A token for the pull request need not read variables: then nobody knows of one.
  const set = await workflowVariable(client, RUNBOOKS_VARIABLE).catch(() => undefined);
  const folder = runbookBaseUrl ?? "URL of docs/runbooks in your copy of this project";
  return set ? null : setVariable(client.where, RUNBOOKS_VARIABLE, folder);
}

/**
 * Compares the default branch with the files of this version, and opens or updates their pull request.
 * @throws Error in words: refused by GitHub, or a branch of that name that is not ours
 */
export async function proposeWorkflows(
  client: GitHubClient,
  repository: string,
  wanted: FilesWanted,
  apply: boolean,
): Promise<WorkflowsReport> {
  const needed = neededFiles(wanted);
  const contents: Record<string, Buffer> = {};
  for (const { path: file } of needed)
    contents[file] =
      file === DEPLOYER ? Buffer.from((await bundleDeployer()).text) : readFileSync(path.join(projectRoot, file));
  const proposal = workflowsProposal(needed, contents);
  const { defaultBranch } = await client.repository();
  const { base, seen } = await readProposal(client, proposal, defaultBranch);
  const plan = planProposal(proposal, seen);
  if (plan.kind === "refused") throw new Error(plan.reason);
  const done = apply && plan.kind === "propose" ? await propose(client, proposal, base, plan) : undefined;
  return workflowsReport(repository, needed, proposal, seen, plan, await runbooksCommand(client, wanted), done);
}

interface Sources {
  readonly tree: SettingsTree;
  readonly token: () => string | Promise<string>;
}

/** Where repository and token are known from: answers for a stack to come, or the stack. */
async function sourcesOf({ from, tokenFile, stack }: Options): Promise<Sources> {
  const given = tokenFile === undefined ? undefined : () => readToken(tokenFile);
  if (from === undefined)
    return {
      tree: await stackValues(stack),
      token: given ?? (async () => (await settingsOf(await currentStack(stack))).githubToken),
    };
  const answers = ((): ReturnType<typeof parseAnswers> => {
    try {
      return parseAnswers(readFileSync(from, "utf8"), path.resolve(from), homedir());
    } catch (error) {
      throw new WrongUse((error as Error).message);
    }
  })();
  const file = answers.workflowsTokenFile ?? answers.secretFiles.githubToken;
  const own = (): string => {
    if (file !== undefined) return readToken(file);
    throw new WrongUse(
      `Seen no token in ${from}. Expected workflowsTokenFile with the name of a file. ` +
        "Next: the same command with --token-file FILE",
    );
  };
  return { tree: answers.settings, token: given ?? own };
}

export async function setupWorkflows(options: Options): Promise<number> {
  const { tree, token } = await sourcesOf(options);
  const github = schema.shape.github.safeParse(tree.github ?? {});
  if (!github.success)
    throw new WrongUse(
      "Seen no repository: there is no stack with the setting github.repository. Expected owner/name. " +
        "Next: ghrunners setup workflows --from FILE, with answers as for ghrunners init",
    );
  const { url, repository } = github.data;
  const client = new GitHubClient({ url, fullName: repository }, await token());
  const report = await proposeWorkflows(client, repository, wantedBy(tree), options.apply === true);
  const { from, tokenFile } = options;
  const words = Object.entries({ "--from": from, "--token-file": tokenFile }).flatMap(([option, file]) =>
    file === undefined ? [] : [option, quote(file)],
  );
  const apply = ["ghrunners setup workflows", ...words, "--apply"].join(" ");
  if (options.json) printJson<"setup-workflows">({ version: 1, ...report });
  else print(renderWorkflows(report, apply));
  return workflowsExitCode(report);
}
