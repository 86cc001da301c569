/** What the command line, the environment and the answers file say to `ghrunners init`. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { WrongUse } from "../command";
import { readToken } from "../setup/read-token";
import {
  type Answers,
  type InitAnswers,
  overlay,
  parseAnswers,
  parseSecretFile,
  parseSetting,
  type StackSecrets,
  withValue,
} from "./answers";
import { environmentAnswers } from "./environment";

/** Options of the command that hold answers. */
export interface AnswerOptions {
  readonly from?: string;
  readonly set: readonly string[];
  readonly secretFile: readonly string[];
  readonly workflowsTokenFile?: string;
}

/** The answers, with the token for the pull request. */
export type GivenToInit = InitAnswers & { readonly workflowsToken?: string };

function readSecret(key: string, file: string): string {
  const text = readFileSync(file, "utf8");
  return key === "sshPrivateKey" ? text : text.trim();
}

function readAnswers(
  { from, set, secretFile, workflowsTokenFile }: AnswerOptions,
  env: NodeJS.ProcessEnv,
): GivenToInit {
  const none: Answers = { settings: {}, secretFiles: {} };
  const file = from === undefined ? none : parseAnswers(readFileSync(from, "utf8"), path.resolve(from), homedir());
  const environment = environmentAnswers(env);
  const settings = set
    .map(parseSetting)
    .reduce((tree, [at, value]) => withValue(tree, at, value), overlay(file.settings, environment.settings));
  const files = {
    ...file.secretFiles,
    ...environment.secretFiles,
    ...Object.fromEntries(secretFile.map(parseSecretFile)),
  };
  const secrets = Object.entries(files).map(([key, name]) => [key, readSecret(key, name)]);
  const tokenFile = workflowsTokenFile ?? environment.workflowsTokenFile ?? file.workflowsTokenFile;
  return {
    settings,
    secrets: Object.fromEntries(secrets) as StackSecrets,
    ...(tokenFile === undefined ? {} : { workflowsToken: readToken(tokenFile) }),
  };
}

/**
 * The answers of a run: an option goes before a variable of the environment, and that before the file.
 * @throws WrongUse that says what is wrong with them
 */
export function givenAnswers(options: AnswerOptions, env: NodeJS.ProcessEnv): GivenToInit {
  try {
    return readAnswers(options, env);
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}
