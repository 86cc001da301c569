/** A command that a test runs, perhaps with other values. */
interface RunCommand {
  readonly pattern: RegExp;
  /** Test file, or file of the lab's driver, relative to the project. */
  readonly test: string;
  /** Code of that file by which it runs the command. */
  readonly by: string;
}

/** A command that documents name and no test runs. */
interface MentionedCommand {
  readonly pattern: RegExp;
  /** Why no test runs it, and what is tested in its place. */
  readonly notRun: string;
}

/** A command that documents may name. */
export type KnownCommand = RunCommand | MentionedCommand;
