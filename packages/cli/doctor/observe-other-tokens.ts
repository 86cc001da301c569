/** Asks GitHub for the end of each token that is not the operator's, with one GET of the repository. */
import type { Settings } from "@ghrunners/config/parse";
import type { GitHubClient } from "@ghrunners/core/github/client";
import type { AskedGitHub, Fact } from "./facts";
import { otherTokens, otherTokenValues, unusable } from "./other-tokens";

/** @param open a client with this token @param read reads one fact within the doctor's time limit */
export async function observeOtherTokens(
  settings: Pick<Settings, "exporterToken" | "failoverToken" | "secretValues">,
  open: (token: string) => Pick<GitHubClient, "token">,
  read: <T>(work: () => Promise<T>) => Promise<Fact<T>>,
): Promise<AskedGitHub["otherTokens"]> {
  const seen = await Promise.all(
    otherTokenValues(settings).map(async ([name, value]) => {
      const reason = unusable(otherTokens[name], value);
      return [name, reason === undefined ? await read(() => open(value).token()) : { unusable: reason }] as const;
    }),
  );
  return Object.fromEntries(seen);
}
