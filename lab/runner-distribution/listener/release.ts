declare const LAB_RUNNER_VERSION: string;
declare const LAB_RUNNER_BREAKS_AT_START: boolean;

/** What was fixed when the distribution was built. */
export const release = { version: LAB_RUNNER_VERSION, breaksAtStart: LAB_RUNNER_BREAKS_AT_START };

/** Exit codes of the listener, as bin/RunnerService.js and run.sh understand them (actions/runner, Constants.cs). */
export const exitCodes = {
  success: 0,
  terminated: 1,
  retryable: 2,
  updating: 3,
  /** The same for --once and ephemeral runners. */
  onceUpdating: 4,
  sessionConflict: 5,
  /** Only when ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE asks for it; else 1. */
  versionDeprecated: 7,
} as const;

export const banner = [
  "--------------------------------------------------------------------------------",
  "|                    Lab runner: it is not actions/runner                      |",
  "|      A stand-in with the visible contract of GitHub's self-hosted runner     |",
  "--------------------------------------------------------------------------------",
].join("\n");

/** The listener ends with this exit code; the message was or will be shown. */
export class ExitError extends Error {
  constructor(
    readonly code: number,
    message = "",
  ) {
    super(message);
  }
}
