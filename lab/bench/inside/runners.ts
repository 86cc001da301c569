/**
 * Worker where GitHub can be reached: the repository's runners as GitHub shows them.
 */
import { worker } from "../../worker";

export interface RunnersInput {
  readonly url: string;
  readonly repository: string;
  readonly token: string;
}

/** A runner in GitHub's view. */
export interface BenchRunner {
  readonly name: string;
  readonly status: string;
  /** Lower-cased and sorted. */
  readonly labels: readonly string[];
}

worker(async ({ url, repository, token }: RunnersInput): Promise<BenchRunner[]> => {
  const response = await fetch(`${url}/api/v3/repos/${repository}/actions/runners`, {
    headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
  });
  if (!response.ok)
    throw new Error(`GitHub answered ${response.status} ${response.statusText} to the list of runners.`);
  const { runners } = (await response.json()) as {
    runners: { name: string; status: string; labels: { name: string }[] }[];
  };
  return runners.map(({ name, status, labels }) => ({
    name,
    status,
    labels: labels.map((label) => label.name.toLowerCase()).sort(),
  }));
});
