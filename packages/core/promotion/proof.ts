/**
 * What an update of one stack proves for the next one (staging for production), and whether that is sufficient. Pure.
 */
import { createHash } from "node:crypto";

/** Format version of a proof; increased when a field changes its meaning. */
export const proofVersion = 1;

/** The settings that must be equal in both stacks: what runs, and for which repository. */
export interface ProofSettings {
  /** `owner/name`. */
  readonly repository: string;
  /** Null in a stack without guests that names none. */
  readonly runnerVersion: string | null;
  /** SHA-256 of a pinned archive; null if GitHub supplies the checksum. */
  readonly runnerArchive: string | null;
  /** VMID of the template; undefined if it is made of an image. */
  readonly templateId?: number;
  /** Checksum of that image. */
  readonly image?: string;
  /** `manage`, or `skip` for machines without guests. */
  readonly hosts: string;
}

/** The stack output `proof`. */
export interface Proof {
  readonly version: typeof proofVersion;
  /** Name of the stack. */
  readonly stack: string;
  /** When it was proved, RFC 3339. */
  readonly at: string;
  /** What ran: a commit, with a mark if tracked files were changed. */
  readonly commit: string;
  readonly settings: ProofSettings;
  /** SHA-256 of the settings. */
  readonly settingsDigest: string;
  readonly healthy: boolean;
  /** Evidence of the health gate; null in a stack without secondaries, or without guests. */
  readonly gate: { readonly provedAt: string } | null;
  /** The job on the stack's primary runner; null in a stack without guests. */
  readonly smoke: { readonly runner: string; readonly conclusion: string; readonly url: string } | null;
}

/** What the stack that is about to change requires of a proof. */
export interface ProofDemand {
  readonly commit: string;
  readonly settings: ProofSettings;
  readonly maxAgeHours: number;
  readonly now: Date;
}

const sorted = (settings: ProofSettings): [string, unknown][] =>
  Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));

export const settingsDigest = (settings: ProofSettings): string =>
  createHash("sha256")
    .update(JSON.stringify(sorted(settings)))
    .digest("hex");

/** Names of the settings that differ, each with both values. */
function differences(proved: Partial<ProofSettings>, here: ProofSettings): string {
  return sorted(here)
    .filter(([key, value]) => (proved as Record<string, unknown>)[key] !== value)
    .map(
      ([key, value]) =>
        `${key} ${JSON.stringify((proved as Record<string, unknown>)[key])} there, ${JSON.stringify(value)} here`,
    )
    .join(", ");
}

/** @returns reasons why a proof is not sufficient; empty when it is */
export function objections(proof: Proof | undefined, demand: ProofDemand): string[] {
  if (proof === undefined) return ["there is no proof"];
  if ((proof.version as number) !== proofVersion) {
    return [`the proof has version ${String(proof.version)}, expected ${proofVersion}`];
  }
  const hours = (demand.now.getTime() - Date.parse(proof.at)) / 3_600_000;
  const age = Number.isNaN(hours) ? "of unreadable age" : `${hours.toFixed(1)} h old`;
  return [
    ...(hours >= 0 && hours <= demand.maxAgeHours
      ? []
      : [`the proof is ${age}, expected at most ${demand.maxAgeHours} h`]),
    ...(proof.commit === demand.commit
      ? []
      : [`the proof is for commit ${proof.commit}, and this is ${demand.commit}`]),
    ...(proof.settingsDigest === settingsDigest(demand.settings)
      ? []
      : [`the proof is for other settings (${differences(proof.settings, demand.settings)})`]),
    ...(proof.healthy ? [] : ["the stack was not healthy"]),
    ...(demand.settings.hosts === "manage" && proof.smoke?.conclusion !== "success"
      ? [`the job on its runner: ${proof.smoke?.conclusion ?? "none ran"}`]
      : []),
  ];
}

/**
 * Whether a new proof is needed: the existing one is for something else, or so old that it might expire before it is
 * used.
 */
export function isDue(
  proof: Pick<Proof, "at" | "commit" | "settingsDigest">,
  { commit, settings, maxAgeHours, now }: ProofDemand,
): boolean {
  const hours = (now.getTime() - Date.parse(proof.at)) / 3_600_000;
  return (
    proof.commit !== commit ||
    proof.settingsDigest !== settingsDigest(settings) ||
    // An unreadable time gives NaN, which compares as false both ways.
    !(hours >= 0 && hours <= maxAgeHours / 2)
  );
}
