import { readFileSync } from "node:fs";
import { CREDENTIAL_FORM, isCredential } from "@ghrunners/core/github/credential";
import { schema } from "@ghrunners/config/schema";
import { print, printJson, WrongUse } from "../command";
import { appsText, appsToRegister } from "./github-apps";
import type { RegisterOptions } from "./register-apps";
import { stackValues } from "./stack-values";

interface Options extends RegisterOptions {
  readonly stack?: string;
  readonly register?: boolean;
}

/** Prints links that register the Apps, which asks GitHub nothing and changes nothing; or registers them by a page. */
export async function setupGitHub(options: Options): Promise<number> {
  const registering = options.register ? (require("./register-apps") as typeof import("./register-apps")) : undefined;
  const lone = (["only", "port", "open"] as const).find((name) => options[name] !== undefined);
  if (lone !== undefined && registering === undefined)
    throw new WrongUse(`Seen --${lone} without --register. Expected both. Next: add --register`);
  const stack = await registering?.stackForKeys(options.stack);
  const { github = {} } = await stackValues(options.stack);
  const seen = github as { readonly url?: string; readonly repository?: string };
  const found = schema.shape.github.safeParse({ ...seen, repository: options.repository ?? seen.repository });
  if (!found.success)
    throw new WrongUse(
      `Seen the repository ${JSON.stringify(options.repository ?? seen.repository ?? "")}. Expected owner/name. ` +
        "Next: ghrunners setup github --repository OWNER/NAME",
    );
  const { url, repository, runnerGroup } = found.data;
  // Only an organization has runner groups.
  const isOrganization = options.organization === true || runnerGroup !== undefined;
  const owner = { url, repository, isOrganization, runnerGroup };
  if (registering && stack) return registering.registerApps(owner, stack, options);
  if (options.json) printJson<"setup-github">({ version: 1, apps: appsToRegister(owner) });
  else print(appsText(owner));
  return 0;
}

interface CredentialOptions {
  readonly appId: string;
  readonly installationId: string;
  readonly keyFile: string;
}

/** The credential of an App in the form of the settings. @throws WrongUse, without the content of the file */
export function credentialOf({ appId, installationId, keyFile }: CredentialOptions): string {
  const privateKey = ((): string => {
    try {
      return readFileSync(keyFile, "utf8");
    } catch (error) {
      throw new WrongUse(
        `--key-file ${keyFile}: ${(error as Error).message}. Expected the private key that GitHub downloaded.`,
      );
    }
  })();
  const credential = JSON.stringify({ appId: Number(appId), installationId: Number(installationId), privateKey });
  if (isCredential(credential)) return credential;
  throw new WrongUse(
    `Seen --app-id ${appId}, --installation-id ${installationId} and the file ${keyFile}. Expected two whole numbers and ` +
      `an RSA key in PEM, because the credential must be ${CREDENTIAL_FORM}.`,
  );
}

/** Prints the credential of an App, for a pipe only: it has a private key. */
export async function printCredential(options: CredentialOptions): Promise<number> {
  if (process.stdout.isTTY)
    throw new WrongUse(
      "The output has a private key, and standard output is a terminal. Expected a pipe. " +
        "Next: the same command, followed by | pulumi config set --secret ghrunners:githubToken",
    );
  print(credentialOf(options));
  return 0;
}
