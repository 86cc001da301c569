/** The stack that a command works on. `pulumi` runs with the user's own CLI, login and environment. */
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { runProcess } from "@ghrunners/core/process";
import { explainPulumi, lackOf, PulumiError } from "./explain";

export interface Stack {
  readonly name: string;
  /** Folder of Pulumi.yaml. */
  readonly projectRoot: string;
  /** Environment variables of Pulumi's processes. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends Pulumi's processes, for a command that has a time limit. */
  readonly signal?: AbortSignal;
}

/** The stack's configuration file. `org/project/name` is the file of `name`. */
export const stackFile = ({ name, projectRoot: root }: Pick<Stack, "name" | "projectRoot">): string =>
  path.join(root, `Pulumi.${path.basename(name)}.yaml`);

/**
 * @param named stack name; default: the one selected by `pulumi stack select`
 * @throws Error if none is selected, or there is no Pulumi CLI
 */
export async function currentStack(named: string | undefined, env = process.env, signal?: AbortSignal): Promise<Stack> {
  const where = { projectRoot, env, ...(signal === undefined ? {} : { signal }) };
  if (named) return { name: named, ...where };
  const line = ["stack", "--show-name"];
  const { code, stdout, stderr } = await pulumiProcess(line, where);
  const name = stdout.trim();
  const said = stderr || stdout;
  if (code !== 0 && !/no stack selected/.test(stderr))
    throw new PulumiError(explainPulumi(line, said, name), lackOf(said));
  if (code !== 0 || name === "") {
    throw new PulumiError(
      "No stack is selected. Expected one of --stack NAME, the variable PULUMI_STACK or a selected stack. " +
        "Next: pulumi stack ls, then run the same command with --stack NAME",
      "stack",
    );
  }
  return { name, ...where };
}

/** @throws Error if there is no Pulumi CLI on PATH */
export async function pulumiProcess(
  args: readonly string[],
  { projectRoot: cwd, env, signal }: Pick<Stack, "projectRoot" | "env" | "signal">,
  options: { input?: string; terminal?: "both-as-errors" } = {},
): ReturnType<typeof runProcess> {
  return runProcess(["pulumi", ...args], { cwd, env, ...(signal === undefined ? {} : { signal }), ...options }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      throw new Error(
        "There is no pulumi on PATH. Expected the Pulumi CLI. Next: install it (https://www.pulumi.com/docs/iac/download-install/)",
      );
    },
  );
}
