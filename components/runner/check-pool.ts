/** Problems between the runners of one environment. Pure; the configuration uses the same checks. */
import type { ArgumentProblem } from "../arguments";
import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import type { RunnerIdentityArgs } from "./settings";

type Listed = Pick<RunnerIdentityArgs, "role" | "name" | "vmId" | "address">;

function duplicates(runners: readonly Listed[], key: "name" | "vmId" | "address"): ArgumentProblem[] {
  return runners.flatMap((runner, index) => {
    const first = runners.findIndex((other) => other[key] === runner[key]);
    return first === index
      ? []
      : [
          {
            path: `runners[${index}].${key}`,
            seen: `${JSON.stringify(runner[key])}, as runners[${first}] has it`,
            allowed: `a ${key} of its own for every runner`,
          },
        ];
  });
}

function roles(runners: readonly Listed[]): ArgumentProblem[] {
  const strangers = runners.flatMap(({ role }, index) =>
    role === DELIVERY_ROLE
      ? [
          {
            path: `runners[${index}].role`,
            seen: role,
            allowed: "primary or secondary: a delivery runner takes no part in deployments, so it is in no pool",
          },
        ]
      : [],
  );
  if (strangers.length > 0) return strangers;
  const primaries = runners.flatMap(({ role }, index) => (role === "primary" ? [index] : []));
  const [, ...surplus] = primaries;
  const wrong = primaries.length === 0 ? [0] : surplus;
  return wrong.map((index) => ({
    path: `runners[${index}].role`,
    seen: `${primaries.length} runners with the role primary`,
    allowed: "exactly one",
  }));
}

/** Requires one primary, and no value shared by two runners. */
export function poolProblems(runners: readonly Listed[]): ArgumentProblem[] {
  return [
    ...roles(runners),
    ...duplicates(runners, "name"),
    ...duplicates(runners, "vmId"),
    ...duplicates(runners, "address"),
  ];
}
