/**
 * Plans the remaining steps of a rotation. Pure: the same function serves a first run, a dry run and the resumption
 * after an interruption.
 */

export type KeyStep =
  | { readonly step: "generate" }
  | { readonly step: "authorise"; readonly target: string }
  | { readonly step: "try"; readonly targets: readonly string[] }
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
 * The remaining steps, in order: the new key has logged in everywhere before it is stored in GitHub's secret, because a
 * line in a file does not show that the SSH server reads that file and takes keys of this kind. An old key is removed
 * only after the new one was proved. So at every moment the key that GitHub holds works on every target.
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
  const all = targets.map(({ name }) => name);
  return [
    ...(next === undefined ? [{ step: "generate" } as const] : []),
    ...authorise,
    ...(published ? [] : [{ step: "try", targets: all } as const, { step: "publish" } as const]),
    ...(shown ? [] : [{ step: "prove", targets: all } as const]),
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
    case "try":
      return `log in on ${step.targets.join(", ")} with the new key, before GitHub's secret is written`;
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

/** The message for a target that has the new key and does not take it. */
export const refusedNewKey = ({ name, user }: { readonly name: string; readonly user: string }): string =>
  `${name} refuses the login of ${user} with the new key, although the key is authorised. GitHub's secret still has the ` +
  "old key, which stays authorised. Expected an SSH server that reads the file with the key and takes Ed25519 keys. " +
  `Next, on ${name}: sudo sshd -T -C user=${user},host=runner,addr=192.0.2.1 shows AuthorizedKeysFile and ` +
  "PubkeyAcceptedAlgorithms; correct them, then run the same command again: it resumes";
