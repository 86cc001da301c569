/** The stack that a command works on. `pulumi` runs with the user's own CLI, login and environment. */
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { runProcess } from "@ghrunners/core/process";
import { explainPulumi } from "./explain";

export interface Stack {
  readonly name: string;
  /** Folder of Pulumi.yaml. */
  readonly projectRoot: string;
  /** Environment variables of Pulumi's processes. */
  readonly env: NodeJS.ProcessEnv;
}

/** The stack's configuration file. `org/project/name` is the file of `name`. */
export const stackFile = ({ name, projectRoot: root }: Pick<Stack, "name" | "projectRoot">): string =>
  path.join(root, `Pulumi.${path.basename(name)}.yaml`);

/**
 * @param named stack name; default: the one selected by `pulumi stack select`
 * @throws Error if none is selected, or there is no Pulumi CLI
 */
export async function currentStack(named: string | undefined, env = process.env): Promise<Stack> {
  if (named) return { name: named, projectRoot, env };
  const line = ["stack", "--show-name"];
  const { code, stdout, stderr } = await pulumiProcess(line, { projectRoot, env });
  const name = stdout.trim();
  if (code !== 0 && !/no stack selected/.test(stderr)) throw new Error(explainPulumi(line, stderr || stdout, name));
  if (code !== 0 || name === "") {
    throw new Error(
      "No stack is selected. Expected one of --stack NAME, the variable PULUMI_STACK or a selected stack. " +
        "Next: pulumi stack ls, then run the same command with --stack NAME",
    );
  }
  return { name, projectRoot, env };
}

/** @throws Error if there is no Pulumi CLI on PATH */
export async function pulumiProcess(
  args: readonly string[],
  { projectRoot: cwd, env }: Pick<Stack, "projectRoot" | "env">,
  options: { input?: string; terminal?: "both-as-errors" } = {},
): ReturnType<typeof runProcess> {
  return runProcess(["pulumi", ...args], { cwd, env, ...options }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new Error(
      "There is no pulumi on PATH. Expected the Pulumi CLI. Next: install it (https://www.pulumi.com/docs/iac/download-install/)",
    );
  });
}
