/**
 * The dynamic resource RunnerRelease: the version of the runner program to install, with address and SHA-256 of its
 * archive. Without a requested version the newest one of the first use stays. A preview says when its end is near.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { openGitHub } from "./provider-access";
import { chooseDownload, chooseVersion, isEndNear, nearEnd, newestOffered } from "../runner/plan-release";
import { DynamicResource } from "./dynamic-resource";
import { type ReleaseArgs, type ReleaseInputs, releaseProvider, type ProgramReleaseState } from "./release";

/** Pulumi shows a provider's standard output in the preview, as information. */
const say = (line: string): void => console.log(`runner version: ${line}`);

/** Asks GitHub for the version and its archive. @throws Error in words for an operator */
export async function resolveRelease(github: GitHubClient, inputs: ReleaseInputs): Promise<ProgramReleaseState> {
  const offered = await github.downloads();
  const version = inputs.version ?? chooseVersion(offered);
  if (inputs.version === undefined) {
    say(`${version}, the newest that GitHub offers. It stays until ghrunners:agent.version or --replace changes it.`);
  }
  const isOffered = offered.some(({ filename }) => filename.endsWith(`-${version}.tar.gz`));
  const [ends, release] = await Promise.all([
    github.registrationEnds(version),
    isOffered ? [] : github.runnerRelease(version),
  ]);
  return { ...inputs, version, ...chooseDownload({ offered, release, ends }, version, Date.now()) };
}

/**
 * Says that the version in use ends soon. Asked in every preview, because GitHub announces an end while the version is
 * in use; what GitHub does not answer here, the preflight reports.
 * @throws Error if the version has ended
 */
export async function watchEnd(
  github: Pick<GitHubClient, "registrationEnds" | "downloads">,
  version: string,
  now: number,
  tell: (line: string) => void = say,
): Promise<void> {
  const ends = await github.registrationEnds(version).catch(() => undefined);
  if (!isEndNear(ends, now)) return;
  const newest = newestOffered(await github.downloads().catch(() => []));
  tell(nearEnd(version, ends, newest, now));
}

export const provider = releaseProvider(
  async (inputs) => resolveRelease(await openGitHub(inputs), inputs),
  async (inputs) => watchEnd(await openGitHub(inputs), inputs.version, Date.now()),
);

/** The runner version of a stack and its archive: what GitHub offers, else the version's release, with its digest. */
export class RunnerRelease extends DynamicResource {
  declare readonly version: pulumi.Output<string>;
  declare readonly url: pulumi.Output<string>;
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, inputs: ReleaseArgs, opts: pulumi.CustomResourceOptions) {
    super("RunnerRelease", name, { ...inputs }, ["version", "url", "sha256"], opts);
  }
}
