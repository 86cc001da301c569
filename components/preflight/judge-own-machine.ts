/** Judges a change of the machine on which the update itself runs. Pure. */
import { ELSEWHERE } from "../runner/own-machine";
import type { PreflightInputs } from "./args";
import { settingOf } from "./settings-of";
import type { PreflightProblem } from "./observation";

/**
 * A machine can be left as it is for a while, but not where the stack would lose it: under another name, VMID or
 * address, or no longer in the configuration.
 * @param here name of the runner whose job this is; undefined outside a job
 */
export function ownMachineProblems(
  olds: Pick<Partial<PreflightInputs>, "runners">,
  news: Pick<PreflightInputs, "runners">,
  here: string | undefined,
): PreflightProblem[] {
  const before = olds.runners?.find(({ name }) => name === here);
  if (before === undefined) return [];
  const index = news.runners.findIndex(({ role }) => role === before.role);
  const after = news.runners.find(({ name }) => name === before.name);
  const setting = index < 0 ? "deliveryRunner" : settingOf(news, index);
  if (after === undefined) {
    return [
      {
        setting,
        reason: `${before.name} would be deleted, and this update is a job on it. Expected it kept. ${ELSEWHERE}`,
      },
    ];
  }
  const moved = (["vmId", "address", "node"] as const).filter((key) => before[key] !== after[key]);
  return moved.map((key) => ({
    setting: `${settingOf(news, news.runners.indexOf(after))}.${key}`,
    reason:
      `${before.name} would move from ${before[key]} to ${after[key]}, and this update is a job on it. ` +
      `Expected ${before[key]}. ${ELSEWHERE}`,
  }));
}
