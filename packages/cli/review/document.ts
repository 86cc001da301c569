/** A filled document about one deployment: what `ghrunners review ID --json` prints. */
import type { ReviewKind } from "./kinds";

/** One line. Exactly one of three: recorded (`value` and `source`), missing, or a person's own (`askedOf` alone). */
export interface DocumentEntry {
  readonly label: string;
  /** What was recorded; null otherwise. */
  readonly value: string | null;
  /** Where it stands in the evidence, such as `deployment.outcome`; null when nothing is recorded there. */
  readonly source: string | null;
  /** Who fills it in; null for a value that is recorded. */
  readonly askedOf: string | null;
  /** The record could have it and does not; a person's own entry is never "not recorded". */
  readonly missing: boolean;
  /** In a list of things to tick: what the record says; null leaves the tick to a person. Absent elsewhere. */
  readonly ticked?: boolean | null;
}

export interface Row {
  /** Where its cells stand in the evidence. */
  readonly source: string;
  readonly cells: readonly string[];
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Stands instead of a table without rows. */
  readonly whenEmpty: string;
}

export interface Section {
  readonly heading: string;
  readonly entries: readonly DocumentEntry[];
  readonly tables: readonly Table[];
}

export interface ReviewDocument {
  readonly schema: "ghrunners.review/1";
  readonly kind: ReviewKind;
  readonly title: string;
  /** Id of the deployment. */
  readonly deployment: string;
  readonly sections: readonly Section[];
}
