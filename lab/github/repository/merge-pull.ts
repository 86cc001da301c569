import { GitHubApiError } from "../http/errors";
import type { Seed } from "../seed";
import type { PullRequests } from "./pull-requests";
import type { Pushes } from "./pushes";
import type { GitRepository } from "./repository";

/** What merges need. */
export interface MergeParts {
  readonly seed: Pick<Seed, "owner">;
  readonly repository: GitRepository;
  readonly pullRequests: PullRequests;
  readonly pushes: Pushes;
}

export interface AskedMerge {
  readonly number: number;
  readonly login: string;
  /** First line of the commit. Default: GitHub's. */
  readonly title?: string | undefined;
  /** The lines after it. Default: the pull request's title. */
  readonly message?: string | undefined;
}

/**
 * Merges a pull request by a merge commit.
 * @param allow called with base and merge before anything moves; throws what GitHub answers
 * @returns the commit
 * @throws GitHubApiError 404 without such a pull request, 405 if it is closed or conflicts with its base
 */
export async function mergePull(
  { seed, repository, pullRequests, pushes }: MergeParts,
  { number, login, title, message }: AskedMerge,
  allow: (base: string, merge: string) => void = () => undefined,
): Promise<string> {
  const { title: own, state, pull } = pullRequests.find(number);
  const head = title ?? `Merge pull request #${number} from ${seed.owner.login}/${pull.head}`;
  const text = `${head}\n\n${message ?? own}`;
  const sha = state === "open" ? repository.merge(pull.baseSha, pull.headSha, text) : undefined;
  if (sha === undefined) throw new GitHubApiError(405, "Pull Request is not mergeable");
  allow(pull.baseSha, sha);
  await pushes.receive(login, async () => repository.point({ [`refs/heads/${pull.base}`]: sha }));
  return sha;
}

/** Merges every open pull request, as a person would on its page. @returns their numbers */
export async function mergeAll(parts: MergeParts, login: string): Promise<number[]> {
  const open = parts.pullRequests.list().filter(({ state }) => state === "open");
  for (const { number } of open) await mergePull(parts, { number, login });
  return open.map(({ number }) => number);
}
