/** What a run on staging proved, and whether it is good enough for production. Pure. */

/** Format version of a proof; raised when a field changes its meaning. */
export const proofVersion = 1;

/** How long a proof counts, hours. A newer commit ends it at once. */
export const FRESH_HOURS = 24;

/** Recorded by `ghrunners promote staging` after everything succeeded. */
export interface StagingProof {
  readonly version: typeof proofVersion;
  /** RFC 3339. */
  readonly at: string;
  readonly stack: string;
  /** `owner/name`. */
  readonly repository: string;
  /** What ran: a commit, or a commit with changes that nobody committed. */
  readonly commit: string;
  /** Status of the stack after the run. */
  readonly healthy: boolean;
  /** Job on staging's runner; null where the stack has machines without guests (hosts: skip). */
  readonly smoke: { readonly runner: string; readonly conclusion: string; readonly url: string } | null;
}

export interface ProofDemand {
  readonly repository: string;
  readonly commit: string;
  readonly now: Date;
  /** Production has runners, so staging's must have run a job. */
  readonly smoke: boolean;
}

/** Why a proof does not open the way to production, in words; empty when it does. */
export function objections(proof: StagingProof | undefined, demand: ProofDemand): string[] {
  if (proof === undefined) return ["there is no staging proof"];
  if ((proof.version as number) !== proofVersion) return [`the staging proof has version ${String(proof.version)}`];
  const hours = (demand.now.getTime() - Date.parse(proof.at)) / 3_600_000;
  const age = Number.isNaN(hours) ? "of no readable time" : `${hours.toFixed(1)} h old`;
  return [
    ...(hours >= 0 && hours <= FRESH_HOURS ? [] : [`the staging proof is ${age}, expected at most ${FRESH_HOURS} h`]),
    ...(proof.commit === demand.commit
      ? []
      : [`the staging proof is for ${proof.commit}, and this is ${demand.commit}`]),
    ...(proof.repository === demand.repository
      ? []
      : [`the staging proof is for ${proof.repository}, and this is ${demand.repository}`]),
    ...(proof.healthy ? [] : ["staging was not healthy"]),
    ...(demand.smoke && proof.smoke?.conclusion !== "success"
      ? [`the smoke job on staging: ${proof.smoke?.conclusion ?? "none ran"}`]
      : []),
  ];
}
