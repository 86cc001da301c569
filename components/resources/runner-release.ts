/**
 * The dynamic resource RunnerRelease: address and SHA-256 of a runner version. GitHub is queried in `check`, which also
 * runs in previews, and only when the version or the repository changes. The result is kept in the state: the archive
 * of a version cannot change, a version that GitHub no longer offers still works, and later runs send no request.
 */
import type * as pulumi from "@pulumi/pulumi";
import { openGitHub, configure } from "./provider-access";
import { chooseDownload } from "../runner/plan-release";
import { DynamicResource, type Inputs } from "./dynamic-resource";

export interface ReleaseInputs {
  readonly githubUrl: string;
  readonly repository: string;
  readonly version: string;
}

export interface RunnerReleaseState extends ReleaseInputs {
  readonly url: string;
  readonly sha256: string;
}

const isSame = (olds: Partial<RunnerReleaseState>, news: ReleaseInputs): boolean =>
  olds.version === news.version && olds.githubUrl === news.githubUrl && olds.repository === news.repository;

/** In a preview, an argument that is not known yet is a placeholder text. */
const isKnown = ({ version, repository }: ReleaseInputs): boolean =>
  /^\d+\.\d+\.\d+$/.test(version) && repository.includes("/");

async function resolve(inputs: ReleaseInputs): Promise<RunnerReleaseState> {
  const github = await openGitHub(inputs);
  const [offered, ends] = await Promise.all([github.downloads(), github.registrationEnds(inputs.version)]);
  const isOffered = offered.some(({ filename }) => filename.endsWith(`-${inputs.version}.tar.gz`));
  const release = isOffered ? [] : await github.runnerRelease(inputs.version);
  return { ...inputs, ...chooseDownload({ offered, release, ends }, inputs.version, Date.now()) };
}

export const provider: pulumi.dynamic.ResourceProvider<ReleaseInputs, RunnerReleaseState> = {
  configure,
  check: async (olds: Partial<RunnerReleaseState>, news) => {
    const { url, sha256 } = olds;
    if (isSame(olds, news) && url !== undefined && sha256 !== undefined) return { inputs: { ...news, url, sha256 } };
    if (!isKnown(news)) return { inputs: news };
    try {
      return { inputs: await resolve(news) };
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
  const { url, sha256 } = inputs;
  return url !== undefined && sha256 !== undefined ? { ...inputs, url, sha256 } : resolve(inputs);
}

/** The archive of the configured runner version: what GitHub offers, else its release, with its digest. */
export class RunnerRelease extends DynamicResource {
  declare readonly url: pulumi.Output<string>;
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, inputs: Inputs<ReleaseInputs>, opts: pulumi.CustomResourceOptions) {
    super("RunnerRelease", name, inputs, ["url", "sha256"], opts);
  }
}
