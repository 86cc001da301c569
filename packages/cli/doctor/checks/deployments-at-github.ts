/** What deployments need at GitHub: the environment, the gate's machine, no pause, and the next runner. Pure. */
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { gateMachineProblem } from "@ghrunners/components/preflight/gate-machine";
import type { Settings } from "@ghrunners/config/parse";
import { protectionOf } from "@ghrunners/core/github/protection";
import { pauseSeen } from "../../gate/pause";
import { choiceProblems, choiceStatus } from "../../status/choice";
import { protectionProblems } from "../../status/environment";
import { type DoctorCheck, ok, problem, fromMessage, type DoctorVerdict, warning } from "../check";
import type { AskedGitHub, Fact } from "../facts";
import { AGAIN, asking, nothingAsked, refused } from "./asked-github";

function judgeEnvironment(
  name: string,
  wanted: NonNullable<Settings["deployment"]>,
  seen: Fact<unknown>,
): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in seen) return fromMessage(refused(seen.status), seen.error, AGAIN);
  const there = seen.value as Parameters<typeof protectionProblems>[2];
  const problems = protectionProblems(name, protectionOf(wanted), there);
  if (there === null) return problem(problems.join(), "pulumi up --refresh");
  return problems.length === 0
    ? ok(`${name} is protected as configured`)
    : problems.map((each) => problem(each, "ghrunners restore-protection"));
}

function judgeGate({ deployment }: AskedGitHub, inputs: PreflightInputs): DoctorVerdict {
  if ("error" in deployment) return fromMessage(refused(deployment.status), deployment.error, AGAIN);
  const { gate } = deployment.value;
  if (gate === undefined) return nothingAsked();
  if ("error" in gate) return fromMessage(refused(gate.status), gate.error, AGAIN);
  if (gate.value === undefined) return ok("GitHub has machines of its own");
  const found = gateMachineProblem(gate.value, inputs);
  return found === undefined ? ok(`runs on ${gate.value.variable}`) : fromMessage("problem", found, AGAIN);
}

function judgeChoice(choice: Fact<string | null>, at: Date): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in choice) return fromMessage(refused(choice.status), choice.error, AGAIN);
  const status = choiceStatus(choice.value, undefined, at, []);
  const problems = choiceProblems(status);
  if (problems.length > 0) return problems.map((each) => fromMessage("problem", each, "ghrunners gate"));
  const seen = `${status.runner} (${status.role}), until ${status.expiresAt}`;
  return status.role === "primary" ? ok(seen) : warning(`${seen}: ${status.reason}`, "ghrunners gate");
}

function judgePause(pauses: Fact<string | null>, environment: string, at: Date): DoctorVerdict {
  if ("error" in pauses)
    return pauses.status === 403 ? ok("not shown to this token") : fromMessage("unknown", pauses.error, AGAIN);
  const { pause, problems } = pauseSeen(pauses.value ?? undefined, environment, at);
  const resume = "ghrunners resume";
  if (pause !== null) return warning(`paused until ${pause.until}: ${pause.note} (${pause.by})`, resume);
  return problems.length === 0 ? ok("not paused") : fromMessage("problem", problems.join(" "), resume);
}

export function deploymentChecks(
  asked: AskedGitHub | undefined,
  inputs: PreflightInputs,
  settings: Settings,
  at: Date,
): DoctorCheck[] {
  const stage = "github";
  const { deployment } = settings;
  const needs = ["github-repository"];
  const ask = asking(asked);
  return [
    ...(deployment === undefined
      ? []
      : [
          {
            id: "github-environment",
            stage,
            expected: "the environment with its configured protection",
            needs: [...needs, "deployed"],
            judge: ask(({ environment }) =>
              environment === undefined
                ? nothingAsked()
                : judgeEnvironment(deployment.name ?? settings.environment, deployment, environment),
            ),
          } as const,
          {
            id: "github-gate",
            stage,
            expected: "a machine for the runner gate that is none of the runners",
            needs,
            judge: ask((seen) => judgeGate(seen, inputs)),
          } as const,
        ]),
    {
      id: "github-pause",
      stage,
      expected: "deployments not paused",
      needs,
      judge: ask(({ pauses }) => judgePause(pauses, settings.environment, at)),
    },
    ...(asked !== undefined && asked.choice === undefined
      ? []
      : [
          {
            id: "github-choice",
            stage,
            expected: "a valid choice in DEPLOY_RUNNER, of the primary",
            needs: [...needs, "deployed"],
            judge: ask(({ choice }) => (choice === undefined ? nothingAsked() : judgeChoice(choice, at))),
          } as const,
        ]),
  ];
}
