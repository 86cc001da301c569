/** Each deployment target: SSH, clock, disk, agent. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import type { TargetSettings } from "@ghrunners/config/targets";
import { hasDeployKey } from "../../deploy/target";
import { type DoctorCheck, ok, fromMessage, unknown, type DoctorVerdict, warning } from "../check";
import { unsentIn } from "../../incidents/render";
import type { DoctorFacts } from "../facts";
import { hostChecks } from "./hosts";

function judgeAgent({ targets }: DoctorFacts, name: string): DoctorVerdict {
  const found = targets?.find(({ target }) => target === name);
  if (found === undefined) return unknown("the target was not asked", "ghrunners incidents");
  if (found.problem !== null) return fromMessage("unknown", found.problem, "ghrunners incidents");
  if (!found.deployed) return ok("none yet: the first deployment installs it");
  const unsent = unsentIn([found]);
  return unsent === 0
    ? ok("there, every incident has its issue")
    : warning(`${unsent} incidents without an issue`, "ghrunners incidents --send");
}

export function targetChecks(facts: DoctorFacts, settings: Settings, target: TargetSettings): DoctorCheck[] {
  if (settings.hosts === "skip") return [];
  const { name: subject, address: host, user } = target;
  const stage = "targets";
  const next = `ssh -v ${user}@${host}`;
  return [
    ...hostChecks(
      {
        kind: "target",
        stage,
        subject,
        address: { user, host },
        seen: facts.hosts?.[subject] ?? { error: "the target was not looked at" },
        needs: ["configuration"],
        repair: next,
        // No deployment can have gone there yet: it need not be there.
        unreachable: { state: hasDeployKey(settings, subject) ? "problem" : "warning", expected: undefined, next },
      },
      facts.hostsAt ?? facts.at.getTime(),
    ),
    {
      id: "target-agent",
      stage,
      subject,
      expected: "the deployment agent, and an issue for each incident",
      needs: [`target-sudo ${subject}`],
      judge: () => judgeAgent(facts, subject),
    },
  ];
}
