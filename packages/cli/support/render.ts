/** What an archive for a bug report holds, for people. Pure. */
import pc from "picocolors";
import { textTable } from "@ghrunners/core/text-table";
import type { Described } from "@ghrunners/core/schema";
import type { supportReportSchema } from "./schema";

export type SupportReport = Described<typeof supportReportSchema>;

const size = (bytes: number): string => (bytes < 1024 ? `${bytes} B` : `${Math.round(bytes / 1024)} KiB`);

export function renderSupport({ stack, file, parts, missing }: SupportReport): string {
  const rows = parts.map(({ file: name, what, bytes, redactions, cut }) => [
    `  ${name}`,
    cut ? `${what}, the newest part` : what,
    size(bytes),
    redactions === 0 ? "" : `${redactions} redacted`,
  ]);
  return [
    pc.bold(`Bug report about ${stack}`),
    ...textTable(rows),
    ...(missing.length === 0
      ? []
      : ["", pc.yellow("Not read"), ...missing.map(({ file: name, reason }) => `  ${name}: ${reason.split("\n")[0]}`)]),
    "",
    "Secrets are replaced by [REDACTED ...]. Names and addresses stay: look through it before you send it.",
    file === null ? "Nothing was written. Next: ghrunners support --output support.tar.gz" : `Written: ${file}`,
    "",
  ].join("\n");
}
