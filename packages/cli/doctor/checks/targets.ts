/** Each deployment target: SSH, clock, disk, agent. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import type { TargetSettings } from "@ghrunners/config/targets";
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

/** Whether a deployment can log in there at all: the stack holds a key for it. */
const hasKey = ({ secrets, secretValues }: Settings, name: string): boolean =>
  secrets.some(
    ({ name: secret, source }) =>
      source.kind === "ssh-key" && source.targets.includes(name) && secretValues[secret] !== undefined,
  );

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
        unreachable: { state: hasKey(settings, subject) ? "problem" : "warning", expected: undefined, next },
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
