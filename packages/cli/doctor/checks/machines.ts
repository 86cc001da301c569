/** On an Enterprise Server: which workflows wait for a machine of GitHub's, which it does not have. Pure. */
import { setVariable } from "@ghrunners/core/github/gh";
import { type GitHubSettings, repositoryOf } from "@ghrunners/core/github/repository";
import { DELIVERY_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { type DoctorVerdict, fromMessage, ok, problem } from "../check";
import type { AskedGitHub } from "../facts";
import { AGAIN } from "./asked-github";

/** Labels of GitHub's machines. Source: GitHub, "GitHub-hosted runners reference". */
const hostedLabel = /\b(?:ubuntu|windows|macos)-(?:latest|\d[\w.-]*)/;

const namesVariable = (text: string): boolean => text.includes("vars.");

/**
 * Why jobs would wait until GitHub gives them up, each with what ends it. `github-gate` judges the runner gate's machine.
 * Source: GitHub Enterprise Server, "GitHub-hosted runners" (not supported there).
 */
export function judgeMachines(
  { server, workflows, machines, runners }: AskedGitHub,
  github: GitHubSettings,
): readonly DoctorVerdict[] {
  if ("error" in server) return [fromMessage("unknown", server.error, AGAIN)];
  if (server.value === undefined) return [ok("GitHub has machines of its own")];
  for (const fact of [workflows, machines, runners])
    if ("error" in fact) return [fromMessage("unknown", fact.error, AGAIN)];
  if ("error" in workflows || "error" in machines || "error" in runners) return [];
  const own = new Set(runners.value.flatMap(({ labels }) => labels));
  const waiting = (needs: (text: string) => boolean): string[] =>
    Object.entries(workflows.value.needs).flatMap(([file, { machines: texts }]) => (texts.some(needs) ? [file] : []));
  const isHosted = (text: string): boolean => {
    const label = hostedLabel.exec(text)?.[0];
    return label !== undefined && !own.has(label);
  };
  const delivering =
    machines.value[DELIVERY_VARIABLE] === undefined
      ? waiting((text) => text.includes(`vars.${DELIVERY_VARIABLE}`) && isHosted(text))
      : [];
  const fixed = waiting((text) => !namesVariable(text) && isHosted(text));
  const none = `GitHub Enterprise Server ${server.value} has no machines of its own`;
  const expected = "for each job a machine that this server has";
  const found = [
    ...(delivering.length === 0
      ? []
      : [
          problem(
            `${none}, and the variable ${DELIVERY_VARIABLE} is not set: jobs of ${delivering.join(", ")} have no machine`,
            setVariable(repositoryOf(github), DELIVERY_VARIABLE, '["self-hosted","delivery"]'),
            expected,
          ),
        ]),
    ...(fixed.length === 0
      ? []
      : [
          problem(
            `${none}, and jobs of ${fixed.join(", ")} name one`,
            "name the labels of a runner of your own in runs-on",
            expected,
          ),
        ]),
  ];
  return found.length === 0 ? [ok("no workflow names a machine of GitHub's")] : found;
}
