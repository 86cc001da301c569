/** What the checks of `ghrunners init` found. Pure. */
import type { PreflightProblem } from "@ghrunners/components/preflight/observation";
import type { Problem } from "@ghrunners/config/problem";
import { documentationOf, isOwnValue } from "@ghrunners/config/documentation";

/** Something that is not as it has to be. */
export interface InitFinding {
  /** Setting that it is about; empty for none. */
  readonly setting: string;
  /** What was seen, what was expected, the next step. */
  readonly reason: string;
  /** True: an answer is wrong, so nothing is written. False: something else has to be prepared before `pulumi up`. */
  readonly isRefusal: boolean;
}

export const refusal = (setting: string, reason: string): InitFinding => ({ setting, reason, isRefusal: true });
export const toPrepare = (setting: string, reason: string): InitFinding => ({ setting, reason, isRefusal: false });

/** Settings whose value itself is wrong if the preflight has something against it. */
const ANSWERS = /^(proxmox\.(node|endpoint)|github\.(repository|url)|runners\[|deployment\.reviewers|monitoring\.)/;

/** @param cannotLook the service refuses or does not answer at all: then every problem is about the answer */
export function fromPreflight(problems: readonly PreflightProblem[], cannotLook: boolean): InitFinding[] {
  return problems.map(({ setting, reason }) => ({ setting, reason, isRefusal: cannotLook || ANSWERS.test(setting) }));
}

/** Nobody has to make a token by hand. */
const APPS = "or instead of a token: ghrunners init --register registers GitHub Apps by a page in a browser";

/** A problem of the configuration as one line. */
export function fromConfiguration({ path, seen, allowed, next }: Problem): InitFinding {
  const { description = "", example } = documentationOf(path);
  const alternative = path === "githubToken" && seen === "nothing" ? APPS : undefined;
  const more =
    next ?? alternative ?? (example === undefined || isOwnValue(path) ? undefined : `for example ${example}`);
  const what = description === "" ? "" : ` ${description}`;
  return refusal(
    path,
    `${what.trim()} Seen ${seen}, expected ${allowed}${more === undefined ? "" : `; ${more}`}.`.trim(),
  );
}
