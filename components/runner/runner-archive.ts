/** A version of the runner program, and its archive. Plain: the archive as a whole may be an output. */
export interface RunnerArchive {
  /**
   * Release number. It is a minimum: a newer version on the host is kept until this is lowered.
   * @example "2.336.0"
   */
  readonly version: string;
  /**
   * An https URL.
   * @example "https://github.com/actions/runner/releases/download/v2.336.0/actions-runner-linux-x64-2.336.0.tar.gz"
   */
  readonly url: string;
  /**
   * Its SHA-256, 64 lower-case hexadecimal digits.
   * @example config.require("runnerSha256")
   */
  readonly sha256: string;
}
