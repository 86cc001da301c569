/**
 * Plans the remaining steps of a rotation. Pure: the same function serves a first run, a dry run and the resumption
 * after an interruption.
 */

export type KeyStep =
  | { readonly step: "generate" }
  | { readonly step: "authorise"; readonly target: string }
  | { readonly step: "publish" }
  | { readonly step: "prove"; readonly targets: readonly string[] }
  | { readonly step: "retire"; readonly target: string; readonly keys: number }
  | { readonly step: "finish" };

/** Progress of the rotation of an SSH key. Keys are public keys, kind and base64 text. */
export interface KeyRotation {
  /** Key of the rotation that is under way; undefined before it has begun. */
  readonly next: string | undefined;
  /** Whether GitHub's secret holds that key. */
  readonly published: boolean;
  /** Whether it logged in on every target after it was published. */
  readonly proven: boolean;
  /** Keys of this secret that each target accepts, including old ones. */
  readonly targets: readonly { readonly name: string; readonly keys: readonly string[] }[];
}

/**
 * The remaining steps, in order: the new key is authorised everywhere before it is stored in GitHub's secret, and an
 * old key is removed only after the new one has logged in. So at every moment the key that GitHub holds works on every
 * target.
 */
export function planKeyRotation({ next, published, proven, targets }: KeyRotation): KeyStep[] {
  const authorise = targets
    .filter(({ keys }) => next === undefined || !keys.includes(next))
    .map(({ name }): KeyStep => ({ step: "authorise", target: name }));
  const retire = targets.flatMap(({ name, keys }): KeyStep[] => {
    const old = keys.filter((key) => key !== next).length;
    return old === 0 ? [] : [{ step: "retire", target: name, keys: old }];
  });
  // If a target had lost the key, the login must be proved again.
  const shown = proven && authorise.length === 0;
  return [
    ...(next === undefined ? [{ step: "generate" } as const] : []),
    ...authorise,
    ...(published ? [] : [{ step: "publish" } as const]),
    ...(shown ? [] : [{ step: "prove", targets: targets.map(({ name }) => name) } as const]),
    ...retire,
    { step: "finish" },
  ];
}

/** `deploy-key` and `DEPLOY_KEY` are the same secret. */
export const secretName = (given: string): string => given.toUpperCase().replace(/-/g, "_");

/**
 * What logs in with the new key before an old one is removed: a job on a runner with GitHub's secret, or this machine.
 */
export type KeyProofKind = "job" | "ssh";

export function describe(step: KeyStep, proof: KeyProofKind): string {
  switch (step.step) {
    case "generate":
      return "make a new Ed25519 key";
    case "authorise":
      return `authorise the new key on ${step.target}`;
    case "publish":
      return "store the new key in the configuration and write GitHub's secret (pulumi up, only this secret)";
    case "prove":
      return proof === "job"
        ? `a job on a runner takes the key from GitHub's secret and logs in on ${step.targets.join(", ")}`
        : `log in on ${step.targets.join(", ")} with the new key, from this machine`;
    case "retire":
      return `remove ${step.keys} old key(s) on ${step.target}`;
    case "finish":
      return "delete the rotation's own copy of the key";
  }
}
