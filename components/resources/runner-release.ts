/**
 * The dynamic resource RunnerRelease: address and SHA-256 of a runner version. GitHub is asked in `check`, which runs in
 * previews too, and only when the version or the repository changes; then both are kept in the state, so that an archive
 * cannot change under a version, a version that GitHub offers no more stays, and no run asks again.
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

/** An argument that a preview does not know yet is a text of another form. */
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

/** What `check` has found; it asks itself where an argument became known only now. */
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
