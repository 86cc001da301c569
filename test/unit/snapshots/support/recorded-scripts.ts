/**
 * What dynamic resources send to hosts: their providers run here, with a host and a GitHub that say what is expected.
 */
import type * as pulumi from "@pulumi/pulumi";
import * as session from "../../../../packages/core/ssh/session";
import { GitHubClient } from "../../../../packages/core/github/client";
import { placeholders } from "./stacks";

export interface SentScript {
  /** First argument of the script. */
  readonly verb: string;
  readonly text: string;
}

/** What a host answers to each verb of a script; nothing where it is not named. */
export type HostAnswers = (verb: string, before: readonly SentScript[]) => string;

type GitHubAnswers = Partial<Record<"runnerNamed" | "runner" | "registrationToken" | "setLabels", unknown>>;

const sessionFile = require.resolve("../../../../packages/core/ssh/session");

function configureRequest(): pulumi.dynamic.ConfigureRequest {
  const values: Readonly<Record<string, string>> = { ...placeholders, sshPrivateKey: "placeholder-of-the-key" };
  const get = (key: string): string | undefined => values[key.replace(/^ghrunners:/, "")];
  const config = { get, require: (key: string): string => get(key) ?? "" };
  return { config: config };
}

/** The scripts that a provider sends when it creates its resource. */
export async function scriptsOfCreate<Inputs, Outputs>(
  provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs>,
  inputs: Inputs,
  host: HostAnswers,
  github: GitHubAnswers = {},
): Promise<SentScript[]> {
  const sent: SentScript[] = [];
  const run = async (command: string, stdin: string): Promise<session.CommandResult> => {
    const verb = command.split(" ").at(-1) ?? "";
    const stdout = host(verb, sent);
    sent.push({ verb, text: stdin });
    return { code: 0, stdout, stderr: "" };
  };
  const openSession = async (): Promise<object> => ({ run, close: () => undefined });
  const methods = GitHubClient.prototype as unknown as Record<string, unknown>;
  const answers = Object.fromEntries(Object.entries(github).map(([name, answer]) => [name, async () => answer]));
  const loaded = require.cache[sessionFile];
  if (loaded === undefined) throw new Error(`${sessionFile} is not loaded, so no host can stand in for the real one.`);
  const real = {
    exports: loaded.exports as unknown,
    methods: Object.fromEntries(Object.keys(answers).map((name) => [name, methods[name]])),
  };
  // The providers load both at their first use, by require.
  const withSession = async (_address: unknown, _key: unknown, work: (opened: object) => unknown): Promise<unknown> =>
    work(await openSession());
  loaded.exports = { ...session, openSession, withSession };
  Object.assign(methods, answers);
  try {
    await provider.configure?.(configureRequest());
    await provider.create(inputs);
  } finally {
    loaded.exports = real.exports;
    Object.assign(methods, real.methods);
  }
  return sent;
}
