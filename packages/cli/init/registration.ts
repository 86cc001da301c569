/**
 * Registers GitHub Apps for a stack that is being made. The stack comes first, empty, because a key needs a place; each
 * App is stored on its own. So the next run carries on wherever this one ended.
 */
import path from "node:path";
import { statusOf } from "@ghrunners/core/github/errors";
import { isOrganizations } from "@ghrunners/core/github/register-app";
import { quote } from "@ghrunners/core/ssh/render-script";
import { note } from "@ghrunners/core/terminal";
import type { CredentialSetting } from "@ghrunners/core/vocabulary/github-permissions";
import { defaults } from "@ghrunners/components/runner/defaults";
import { Interrupted } from "../pulumi/interrupted";
import { type Stack, stackFile } from "../pulumi/stack";
import type { SettingsTree } from "../pulumi/stack-document";
import { registrationText } from "../setup/app-manifest";
import { type AppOwner, appForms } from "../setup/github-apps";
import { registerForms, type RegistrationPage } from "../setup/register-apps";
import { valueOf } from "./answers";
import { makePassphraseFile, PASSPHRASE_MISSING, type ProviderOptions, secretsProviderOf } from "./passphrase";
import { type StackSoFar, seeStack } from "./seen-stack";
import { writeStack } from "./write-stack";

/** Makes the stack where it is not there, or has no file. */
async function withFile(so: StackSoFar, options: ProviderOptions): Promise<StackSoFar> {
  const { seen } = so;
  if (seen.exists && seen.text !== undefined) return so;
  const provider = secretsProviderOf(options, seen.keepsKeys, so.stack.env);
  if (provider === undefined && !seen.exists) throw new Error(PASSPHRASE_MISSING);
  const undo = makePassphraseFile(provider?.makes);
  const stack: Stack = { ...so.stack, env: { ...so.stack.env, ...provider?.variables } };
  try {
    const wanted = { settings: {}, secrets: {}, secretsProvider: provider?.provider ?? "passphrase" };
    await writeStack(stack, seen, wanted);
  } catch (error) {
    undo();
    throw error;
  }
  const exports = Object.entries(provider?.variables ?? {}).map(([name, value]) => `export ${name}=${quote(value)}`);
  note(
    `The stack ${stack.name} is made; it is empty.${exports.map((line) => ` To go on in another shell: ${line}`).join("")}`,
  );
  return { ...so, stack, seen: await seeStack(stack), isMade: !seen.exists };
}

async function ownerOf(tree: SettingsTree): Promise<AppOwner> {
  const text = (setting: string): string | undefined => {
    const value = valueOf(tree, setting);
    return typeof value === "string" ? value : undefined;
  };
  const url = text("github.url") ?? defaults.githubUrl;
  const fullName = text("github.repository") ?? "";
  const runnerGroup = text("github.runnerGroup");
  const isOrganization = await isOrganizations({ repository: { url, fullName } }).catch((error: unknown) => {
    throw new Error(
      `${url} does not say whether an organization owns ${fullName} (${statusOf(error) ?? (error as Error).message}). ` +
        "Expected the account's public page. Next: make the stack by pulumi stack init NAME, then " +
        "ghrunners setup github --register, for an organization with --organization, and then this command",
    );
  });
  return { url, repository: fullName, isOrganization, runnerGroup };
}

/**
 * Makes the stack where it is not there, serves the page, and stores the credential of each App that is installed.
 * @param tree the answers, with the repository
 * @param lacking credentials to register Apps for, at least one
 * @throws Error in words if an hour was not enough, Interrupted after Ctrl-C
 */
export async function registerInto(
  before: StackSoFar,
  tree: SettingsTree,
  lacking: readonly CredentialSetting[],
  options: ProviderOptions & RegistrationPage,
): Promise<StackSoFar> {
  const owner = await ownerOf(tree);
  const so = await withFile(before, options);
  const forms = appForms(owner).filter(({ setting }) => lacking.includes(setting));
  const { apps, isDone, isInterrupted } = await registerForms(owner, forms, so.stack, options);
  const more = ` --repository ${owner.repository}${owner.isOrganization ? " --organization" : ""}`;
  const text = registrationText(apps, path.basename(stackFile(so.stack)), more).trimEnd();
  if (isInterrupted) throw new Interrupted("ghrunners init", `The stack ${so.stack.name} is there.\n${text}\n`);
  if (!isDone) throw new Error(`Not every App is registered and installed.\n${text}\nOr run the same command again`);
  return { ...so, seen: await seeStack(so.stack), registered: [...before.registered, ...lacking] };
}
