/**
 * Creates the stack and writes its configuration: all of it or nothing. Pulumi works on a copy of the file in a folder
 * of its own, which takes the file's place in one step at the end.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { noticingInterrupt } from "@ghrunners/core/interrupted";
import { writeWhole } from "@ghrunners/core/whole-file";
import { Interrupted } from "../pulumi/interrupted";
import { capturePulumi } from "../pulumi/run";
import { type Stack, stackFile } from "../pulumi/stack";
import { setSettings, type SettingsTree } from "../pulumi/stack-document";
import type { StackSecrets } from "./answers";
import { documentOf, type SeenStack } from "./seen-stack";

/** What the stack is to have. */
export interface WantedStack {
  readonly settings: SettingsTree;
  /** Secrets that the stack has not, or has with another value. */
  readonly secrets: StackSecrets;
  /** Pulumi's secrets provider of a new stack, such as `passphrase`. */
  readonly secretsProvider: string;
}

export interface WrittenStack {
  readonly created: boolean;
  /** Settings that were changed. */
  readonly settings: readonly string[];
  readonly secrets: readonly string[];
}

const DEFAULT_PROVIDERS = ["config", "pulumi:disable-default-providers"] as const;

/** The stack as it would be written: the new text of its file without new secrets, and what changes. Pure. */
export function plannedChanges(
  seen: SeenStack,
  file: string,
  { settings }: WantedStack,
): { text: string; settings: string[] } {
  const document = documentOf(seen.text, file);
  const changed = setSettings(document, settings);
  // Only the explicit providers: a resource that fell to a default one would work for another owner or none.
  if (!document.hasIn(DEFAULT_PROVIDERS))
    document.setIn(DEFAULT_PROVIDERS, document.createNode(["github", "proxmoxve"], { flow: true }));
  return { text: document.toString({ lineWidth: 0, flowCollectionPadding: false }), settings: changed };
}

/** Relative paths in Pulumi's variables are those of the project, and Pulumi runs elsewhere. */
function absolutePaths(env: NodeJS.ProcessEnv, root: string): NodeJS.ProcessEnv {
  const [, folder, rest = ""] = /^file:\/\/(\.[^?]*)(.*)$/.exec(env.PULUMI_BACKEND_URL ?? "") ?? [];
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE;
  return {
    ...env,
    ...(folder === undefined ? {} : { PULUMI_BACKEND_URL: `file://${path.resolve(root, folder)}${rest}` }),
    ...(file === undefined || file === "" ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: path.resolve(root, file) }),
  };
}

/**
 * @param stack with the environment in which Pulumi finds the passphrase
 * @throws Error with Pulumi's words, Interrupted after Ctrl-C; then the stack and its file are as before
 */
export async function writeStack(stack: Stack, seen: SeenStack, wanted: WantedStack): Promise<WrittenStack> {
  const file = stackFile(stack);
  const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-init-"));
  const copy: Stack = { name: stack.name, projectRoot: folder, env: absolutePaths(stack.env, stack.projectRoot) };
  let created = false;
  const step = async (line: readonly string[], input?: string): Promise<void> => {
    const { value: failure, interrupted } = await noticingInterrupt(() =>
      capturePulumi(copy, line, input).then(
        () => undefined,
        (error: unknown) => error as Error,
      ),
    );
    if (interrupted) throw new Interrupted("ghrunners init");
    if (failure !== undefined) throw failure;
  };
  try {
    copyFileSync(path.join(stack.projectRoot, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
    const planned = plannedChanges(seen, file, wanted);
    writeWhole(stackFile(copy), planned.text);
    if (!seen.exists) {
      created = true;
      await step(["stack", "init", "--secrets-provider", wanted.secretsProvider, "--no-select", "--non-interactive"]);
    }
    for (const [key, value] of Object.entries(wanted.secrets))
      await step(["config", "set", "--secret", `ghrunners:${key}`, "--non-interactive"], value);
    if ((existsSync(file) ? readFileSync(file, "utf8") : undefined) !== seen.text)
      throw new Error(`${file} was changed by another program meanwhile. Nothing was written. Next: the same command`);
    writeWhole(file, readFileSync(stackFile(copy)), { mode: 0o644 });
    return { created, settings: planned.settings, secrets: Object.keys(wanted.secrets) };
  } catch (error) {
    // A stack that this run made is empty: there is nothing in it to lose.
    if (created) await capturePulumi(copy, ["stack", "rm", "--yes", "--non-interactive"]).catch(() => undefined);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
