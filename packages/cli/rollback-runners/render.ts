import pc from "picocolors";
import type { RollbackReport } from "./rollback";

/** The result as text. Pure. */
export function renderRollback({ stack, provedAt, diff, applied, jobs, problems }: RollbackReport): string {
  const head = applied
    ? `The runners of ${stack} are as they were proved at ${provedAt}.`
    : `The runners of ${stack} would be rolled back to the settings proved at ${provedAt}. Nothing was changed.`;
  return [
    pc.bold(head),
    ...jobs.map(({ runner, conclusion, url }) => `  ${runner}: job ${conclusion}, ${url}`),
    ...problems.map((problem) => pc.red(`  ${problem}`)),
    ...(diff === "" ? ["  The configuration file already has these settings."] : ["", diff.trimEnd()]),
    ...(applied && diff !== "" ? ["", "Next: commit this change of the configuration file."] : []),
    "",
  ].join("\n");
}
