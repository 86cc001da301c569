/**
 * The dynamic resource RunnerRelease: the version of the runner program to install, with address and SHA-256 of its
 * archive. GitHub is queried in `check`, which also runs in previews, and only when the requested version or the
 * repository changes. The result is kept in the state: without a requested version the newest one of the first use
 * stays, the archive of a version cannot change, a version that GitHub no longer offers still works, and later runs
 * send no request. A replacement of the resource (`pulumi up --replace`) forgets the state and takes the newest.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { openGitHub, configure } from "./provider-access";
import { chooseDownload, chooseVersion } from "../runner/plan-release";
import { DynamicResource } from "./dynamic-resource";

export interface ReleaseInputs {
  readonly githubUrl: string;
  readonly repository: string;
  /** Undefined: the one in the state; in a new stack the newest that GitHub offers. */
  readonly version?: string | undefined;
}

export interface RunnerReleaseState extends ReleaseInputs {
  readonly version: string;
  readonly url: string;
  readonly sha256: string;
}

const isSame = (olds: Partial<RunnerReleaseState>, news: ReleaseInputs): boolean =>
  olds.version === news.version && olds.githubUrl === news.githubUrl && olds.repository === news.repository;

/** In a preview, an argument that is not known yet is a placeholder text. */
const isKnown = ({ version, repository }: ReleaseInputs): boolean =>
  (version === undefined || /^\d+\.\d+\.\d+$/.test(version)) && repository.includes("/");

/** Pulumi shows a provider's standard output in the preview, as information. */
const say = (line: string): void => console.log(`runner version: ${line}`);

/** Asks GitHub for the version and its archive. @throws Error in words for an operator */
export async function resolveRelease(github: GitHubClient, inputs: ReleaseInputs): Promise<RunnerReleaseState> {
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

const resolve = async (inputs: ReleaseInputs): Promise<RunnerReleaseState> =>
  resolveRelease(await openGitHub(inputs), inputs);

/**
 * What is installed from now on.
 * @param olds what the state has; nothing for a new resource, and for one that is replaced
 * @param ask asks GitHub; only called if the state does not have the answer
 */
export async function checkRelease(
  olds: Partial<RunnerReleaseState>,
  given: ReleaseInputs,
  ask: (inputs: ReleaseInputs) => Promise<RunnerReleaseState>,
): Promise<ReleaseInputs> {
  const { url, sha256 } = olds;
  const news = given.version === undefined ? { ...given, version: olds.version } : given;
  if (isSame(olds, news) && url !== undefined && sha256 !== undefined) return { ...news, url, sha256 } as ReleaseInputs;
  return isKnown(news) ? ask(news) : news;
}

export const provider: pulumi.dynamic.ResourceProvider<ReleaseInputs, RunnerReleaseState> = {
  configure,
  check: async (olds: Partial<RunnerReleaseState>, given) => {
    try {
      return { inputs: await checkRelease(olds, given, resolve) };
    } catch (error) {
      return { failures: [{ property: "", reason: (error as Error).message }] };
    }
  },
  diff: async (_id, olds, news) => ({ changes: !isSame(olds, news) }),
  create: async (inputs: ReleaseInputs & Partial<RunnerReleaseState>) => ({
    id: "release",
    outs: await settled(inputs),
  }),
  update: async (_id, _olds, news: ReleaseInputs & Partial<RunnerReleaseState>) => ({ outs: await settled(news) }),
};

/** The result of `check`; queries GitHub itself if an argument became known only now. */
async function settled(inputs: ReleaseInputs & Partial<RunnerReleaseState>): Promise<RunnerReleaseState> {
  const { version, url, sha256 } = inputs;
  if (version === undefined || url === undefined || sha256 === undefined) return resolve(inputs);
  return { ...inputs, version, url, sha256 };
}

/** Arguments of {@link RunnerRelease}. */
export interface RunnerReleaseArgs {
  readonly githubUrl: pulumi.Input<string>;
  readonly repository: pulumi.Input<string>;
  readonly version: pulumi.Input<string | undefined>;
}

/** The runner version of a stack and its archive: what GitHub offers, else the version's release, with its digest. */
export class RunnerRelease extends DynamicResource {
  declare readonly version: pulumi.Output<string>;
  declare readonly url: pulumi.Output<string>;
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, inputs: RunnerReleaseArgs, opts: pulumi.CustomResourceOptions) {
    super("RunnerRelease", name, { ...inputs }, ["version", "url", "sha256"], opts);
  }
}
