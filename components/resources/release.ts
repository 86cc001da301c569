/**
 * What the dynamic resources RunnerRelease and PulumiRelease share: one version of a program, with address and SHA-256
 * of its archive. GitHub is queried in `check`, which also runs in previews, and only when the requested version or the
 * repository changes. The result is kept in the state: the archive of a version cannot change, a version that GitHub no
 * longer offers still works, and later runs ask nothing about it but when it ends. A replacement of the resource (`pulumi up --replace`)
 * forgets the state.
 */
import type * as pulumi from "@pulumi/pulumi";
import { configure } from "./provider-access";

/** Which version is asked for, and where. */
export interface ReleaseInputs {
  readonly githubUrl: string;
  /** The repository that the stack works for; a token may be limited to it. */
  readonly repository: string;
  /** Undefined: the one in the state; in a new stack the implementation chooses. */
  readonly version?: string | undefined;
}

/** The version and its archive. */
export interface ProgramReleaseState extends ReleaseInputs {
  readonly version: string;
  readonly url: string;
  readonly sha256: string;
}

/** Asks GitHub for a version and its archive. @throws Error in words for an operator */
export type ResolveRelease = (inputs: ReleaseInputs) => Promise<ProgramReleaseState>;

/** Arguments of such a resource. */
export interface ReleaseArgs {
  readonly githubUrl: pulumi.Input<string>;
  readonly repository: pulumi.Input<string>;
  readonly version: pulumi.Input<string | undefined>;
}

const isSame = (olds: Partial<ProgramReleaseState>, news: ReleaseInputs): boolean =>
  olds.version === news.version && olds.githubUrl === news.githubUrl && olds.repository === news.repository;

/** In a preview, an argument that is not known yet is a placeholder text. */
const isKnown = ({ version, repository }: ReleaseInputs): boolean =>
  (version === undefined || /^\d+\.\d+\.\d+$/.test(version)) && repository.includes("/");

/**
 * What is installed from now on.
 * @param olds what the state has; nothing for a new resource, and for one that is replaced
 * @param ask asks GitHub; only called if the state does not have the answer
 */
export async function checkRelease(
  olds: Partial<ProgramReleaseState>,
  given: ReleaseInputs,
  ask: ResolveRelease,
): Promise<ReleaseInputs> {
  const { url, sha256 } = olds;
  const news = given.version === undefined ? { ...given, version: olds.version } : given;
  if (isSame(olds, news) && url !== undefined && sha256 !== undefined) return { ...news, url, sha256 } as ReleaseInputs;
  return isKnown(news) ? ask(news) : news;
}

/**
 * The implementation of such a resource.
 * @param watch looks at the version that is in use, in every preview; it throws where it must not be used any more
 */
export function releaseProvider(
  ask: ResolveRelease,
  watch: (inputs: ReleaseInputs & { readonly version: string }) => Promise<void> = async () => undefined,
): pulumi.dynamic.ResourceProvider<ReleaseInputs, ProgramReleaseState> {
  /** The result of `check`; queries GitHub itself if an argument became known only now. */
  const settled = async (inputs: ReleaseInputs & Partial<ProgramReleaseState>): Promise<ProgramReleaseState> => {
    const { version, url, sha256 } = inputs;
    if (version === undefined || url === undefined || sha256 === undefined) return ask(inputs);
    return { ...inputs, version, url, sha256 };
  };
  return {
    configure,
    check: async (olds: Partial<ProgramReleaseState>, given) => {
      try {
        const inputs = await checkRelease(olds, given, ask);
        const { version } = inputs;
        if (version !== undefined && isKnown(inputs)) await watch({ ...inputs, version });
        return { inputs };
      } catch (error) {
        return { failures: [{ property: "", reason: (error as Error).message }] };
      }
    },
    diff: async (_id, olds, news) => ({ changes: !isSame(olds, news) }),
    create: async (inputs) => ({ id: "release", outs: await settled(inputs) }),
    update: async (_id, _olds, news) => ({ outs: await settled(news) }),
  };
}
