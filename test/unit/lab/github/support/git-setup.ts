import path from "node:path";
import { TestEmulator, everything, owner, repo } from "@ghrunners/lab/driver/emulator";
import { GitClient } from "@ghrunners/lab/driver/git-client";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import type { GithubSeed } from "@ghrunners/lab/github/seed";
import type { RunRecord } from "@ghrunners/lab/github/workflows/records";

/** An emulator of GitHub in this process, and a person's git that talks to its repository. */
export interface GitSetup {
  readonly emulator: TestEmulator;
  readonly client: GitClient;
  /** The runs of workflows, the oldest first. */
  runs(): readonly RunRecord[];
  stop(): Promise<void>;
}

/**
 * Starts both. The token `writer` may push, also workflow files.
 * @param tokens further ones
 */
export async function startGitSetup(tokens: GithubSeed["tokens"] = []): Promise<GitSetup> {
  const permissions = { ...everything, contents: "write", workflows: "write" } as const;
  const writer = { sha256: sha256("writer"), login: "operator", permissions };
  const emulator = await TestEmulator.start((seed) => ({ ...seed, tokens: [...seed.tokens, writer, ...tokens] }));
  const client = new GitClient(`${emulator.url}/${owner}/${repo}`, path.join(emulator.folder, "ca/ca.pem"));
  return {
    emulator,
    client,
    runs: () => emulator.services.store.state.actions.runs,
    stop: async () => {
      await emulator.stop();
      client.remove();
    },
  };
}
