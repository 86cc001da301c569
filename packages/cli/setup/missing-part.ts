/** Something that a monitoring host lacks, and how its owner adds it. */
export interface MissingPart {
  readonly what: string;
  /** Commands or lines of configuration. */
  readonly add: string;
}
