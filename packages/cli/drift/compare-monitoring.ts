/** Files of the stack on the monitoring host. Pure. */
import type { DriftExpectation } from "./expectation";
import type { Repairs } from "./repair";
import type { Finding } from "./report";
import type { FileSum } from "./state-monitoring";

const shown = ({ sha256 }: FileSum): string => `SHA-256 ${sha256.slice(0, 12)}`;

/** @param seen undefined if the host could not be read, which is reported as an error, not as a finding */
export function compareMonitoring(
  { monitoring }: Pick<DriftExpectation, "monitoring">,
  seen: readonly FileSum[] | undefined,
  repairs: Repairs,
): Finding[] {
  if (monitoring === undefined || seen === undefined) return [];
  const { files, host } = monitoring;
  const finding = (id: string, { path }: FileSum, expected: string, now: string): Finding => ({
    id: `monitoring-file-${id}`,
    plane: "host",
    subject: `${path} on ${host.host}`,
    expected,
    seen: now,
    severity: "warning",
    repair: repairs.monitoring,
  });
  const own = files.flatMap((file) => {
    const there = seen.find(({ path }) => path === file.path);
    if (there === undefined) return [finding("missing", file, shown(file), "no such file")];
    return there.sha256 === file.sha256 ? [] : [finding("changed", file, shown(file), shown(there))];
  });
  const unknown = seen
    .filter(({ path }) => !files.some((file) => file.path === path))
    .map((file) => finding("unknown", file, "no such file", `a file with a name of this stack, ${shown(file)}`));
  return [...own, ...unknown];
}
