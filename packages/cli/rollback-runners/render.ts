import pc from "picocolors";
import type { RollbackReport } from "./rollback";

/** The result for a person. Pure. */
export function renderRollback({ stack, provedAt, diff, applied, jobs, problems }: RollbackReport): string {
  const head = applied
    ? `The runners of ${stack} are as they were proved at ${provedAt}.`
    : `The runners of ${stack} would go back to how they were proved at ${provedAt}. Nothing was changed.`;
  return [
    pc.bold(head),
    ...jobs.map(({ runner, conclusion, url }) => `  ${runner}: job ${conclusion}, ${url}`),
    ...problems.map((problem) => pc.red(`  ${problem}`)),
    ...(diff === "" ? ["  The configuration file says the same already."] : ["", diff.trimEnd()]),
    ...(applied && diff !== "" ? ["", "Next: commit this change of the configuration file."] : []),
    "",
  ].join("\n");
}
