/**
 * What makes a command run inside the lab: its network namespace and its environment. Pure, except that it checks which
 * files exist.
 */
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import type { Stack } from "@ghrunners/cli/pulumi/stack";
import { blankOwner, labFiles } from "../blank";
import { backendUrl, baseFolders } from "../instance";
import type { Lab } from "../lifecycle";
import { passphraseFile } from "../secrets";
import { labStack } from "./stack-files";
import { toolchainEnvironment, type Toolchain } from "../toolchain";

/** A lab, and how a command is started inside it. */
export interface LabSession {
  readonly lab: Lab;
  /** The stack of the rehearsal; PULUMI_STACK names it inside. */
  readonly stack: string;
  /** Put before a command line: enters the network namespace; empty where the lab has no machines. */
  readonly prefix: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Variables of the user's own Pulumi and GitHub that must not reach into the rehearsal. */
const ofTheUser = {
  PULUMI_ACCESS_TOKEN: undefined,
  PULUMI_CONFIG_PASSPHRASE: undefined,
  GITHUB_TOKEN: undefined,
  GITHUB_OWNER: undefined,
  GITHUB_ORGANIZATION: undefined,
  GITHUB_BASE_URL: undefined,
} satisfies NodeJS.ProcessEnv;

export function labSession(
  lab: Lab,
  toolchain: Toolchain,
  { stack = labStack(lab.instance), env = process.env }: { stack?: string; env?: NodeJS.ProcessEnv } = {},
): LabSession {
  const { PATH, ...ofToolchain } = toolchainEnvironment(toolchain, env);
  return {
    lab,
    stack,
    prefix: lab.mode === "machines" ? ["nsenter", `--net=${lab.instance.netns}`] : [],
    env: {
      ...env,
      ...ofTheUser,
      ...ofToolchain,
      PATH: [path.join(projectRoot, "node_modules", ".bin"), PATH].join(path.delimiter),
      // Node keeps what it has compiled: Pulumi's processes start a third of a second sooner.
      NODE_COMPILE_CACHE: path.join(baseFolders().cache, "node-compile-cache"),
      PULUMI_STACK: stack,
      PULUMI_BACKEND_URL: backendUrl(lab.instance),
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(lab.instance),
      // The state of a rehearsal: no second copy of it at every step.
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      SSL_CERT_FILE: lab.authority,
      NODE_EXTRA_CA_CERTS: lab.authority,
      GHRUNNERS_STATE: path.join(lab.instance.state, "cli"),
      GHRUNNERS_LAB: lab.instance.name,
      ...(blankOwner(lab.instance) === undefined ? {} : { LAB_FILES: labFiles(lab.instance) }),
    },
  };
}

/** The command line that runs inside the lab. */
export const inside = ({ prefix }: LabSession, line: readonly string[]): string[] => [...prefix, ...line];

/** The session's stack for functions that run `pulumi` or call the services; those that call them must be inside. */
export const stackOfSession = ({ stack, env }: LabSession): Stack => ({ name: stack, projectRoot, env });

/** Command line for `pulumi <args>` inside the lab without prompts: a rehearsal has no user to answer. */
export function pulumiLine(session: LabSession, args: readonly string[]): string[] {
  const [subcommand = "", ...rest] = args;
  const has = (flag: string): boolean => rest.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const changes = ["up", "refresh", "destroy"].includes(subcommand) && !has("--preview-only");
  const quiet = changes ? ["--yes", ...(has("--plan") ? [] : ["--skip-preview"])] : [];
  return inside(session, ["pulumi", subcommand, ...quiet, ...rest]);
}
