/** What the checks of GitHub share: words for what was refused, and for what was not asked. Pure. */
import { type DoctorVerdict, unknown } from "../check";
import type { AskedGitHub } from "../facts";

export const AGAIN = "ghrunners doctor once more";

/** An error of a request: refused for good, or not known. */
export const refused = (status: number | undefined): "problem" | "unknown" =>
  status === 401 || status === 403 || status === 404 ? "problem" : "unknown";

export const nothingAsked = (): DoctorVerdict => unknown("not asked", AGAIN);

type Verdicts = DoctorVerdict | readonly DoctorVerdict[];

/** Judges what was asked, or says that nothing was. */
export const asking =
  (asked: AskedGitHub | undefined) =>
  (judge: (seen: AskedGitHub) => Verdicts): (() => Verdicts) =>
  () =>
    asked === undefined ? nothingAsked() : judge(asked);
