/** Something that is wrong with a configuration. */
export interface Problem {
  /** Path of the setting, such as `runners[0].address`. */
  readonly path: string;
  /** What was seen; never the value of a secret. */
  readonly seen: string;
  /** What would be accepted. */
  readonly allowed: string;
  /** What to do, if that is not setting this path. */
  readonly next?: string;
}
