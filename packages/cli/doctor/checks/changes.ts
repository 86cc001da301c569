/** How old the secrets are, and what was changed without Pulumi. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import { compare } from "../../drift/compare";
import { expectationOf } from "../../drift/expectation";
import type { DriftObservation, SeenHost } from "../../drift/observation";
import type { Finding } from "../../drift/report";
import { type DoctorCheck, ok, problem, fromMessage, unknown, type DoctorVerdict, warning } from "../check";
import { daysLeft, EXPIRY_DAYS } from "../expiry";
import type { Fact, DoctorFacts } from "../facts";

const DAY_MS = 24 * 60 * 60 * 1000;
const AGAIN = "ghrunners doctor once more";

const valueOf = <T>(fact: Fact<T> | undefined): T | undefined =>
  fact === undefined || "error" in fact ? undefined : fact.value;

/** A secret whose rotation is overdue still works, so it is never a problem. */
function judgeAge(
  { github, at }: DoctorFacts,
  { name, scope, rotateDays }: Settings["secrets"][number],
): DoctorVerdict {
  const scoped = github?.asked?.scoped;
  if (scoped === undefined) return unknown("GitHub was not asked", AGAIN);
  if ("error" in scoped) return fromMessage("unknown", scoped.error, AGAIN);
  const found = scoped.value.secrets?.find((secret) => secret.name === name && secret.scope === scope);
  const rotate = `ghrunners rotate ${name} --apply`;
  if (found === undefined) return warning("GitHub has no such secret", rotate);
  const left = daysLeft(Date.parse(found.updatedAt) + rotateDays * DAY_MS, at);
  const seen = `written ${found.updatedAt.slice(0, 10)}, due in ${left} days`;
  if (left < 0) return warning(`written ${found.updatedAt.slice(0, 10)}, due since ${-left} days`, rotate);
  return left < Math.min(EXPIRY_DAYS.warning, rotateDays / 2) ? warning(seen, rotate) : ok(seen);
}

/** What drift detection compares, from the facts that the doctor has read anyway. */
function observed(facts: DoctorFacts): DriftObservation {
  const asked = facts.github?.asked;
  const repository = asked === undefined ? undefined : asked.seen.repository;
  const environment = valueOf(asked?.environment);
  const settings = valueOf(asked?.repository);
  const runners = valueOf(asked?.runners);
  const monitoring = valueOf(facts.monitoring?.files);
  return {
    public: repository !== undefined && "value" in repository && !repository.value.private,
    ...(environment === undefined ? {} : { environment }),
    ...(settings === undefined ? {} : { repository: settings }),
    ...valueOf(asked?.scoped),
    ...(runners === undefined ? {} : { runners }),
    ...(monitoring === undefined ? {} : { monitoring }),
    hosts: Object.values(facts.hosts ?? {}).flatMap((host): SeenHost[] => ("value" in host ? [host.value] : [])),
    unknown: [],
    errors: [],
  };
}

/** Findings that an earlier check has reported already. */
const toldAbove = [
  "repository-public",
  "environment-missing",
  "environment-reviewers",
  "environment-self-review",
  "environment-bypass",
  "environment-wait",
  "environment-ref-missing",
  "environment-ref-unknown",
  "runner-missing",
  "runner-labels",
  "unit-active",
  "unit-credentials",
  "unit-enabled",
];

const verdictOf = ({ subject, seen, expected, severity, repair }: Finding): DoctorVerdict => ({
  ...(severity === "critical" ? problem(`${subject}: ${seen}`, repair) : warning(`${subject}: ${seen}`, repair)),
  expected,
});

function judgeDrift(facts: DoctorFacts, stack: string, settings: Settings): DoctorVerdict | readonly DoctorVerdict[] {
  const { state } = facts.own;
  if ("error" in state) return fromMessage("unknown", state.error, AGAIN);
  const expected = expectationOf(stack, settings, state.value.made);
  const { findings } = compare(expected, observed(facts), facts.at);
  const others = findings.filter(({ id }) => !toldAbove.includes(id));
  return others.length === 0 ? ok("nothing else") : others.map(verdictOf);
}

export function changeChecks(facts: DoctorFacts, stack: string, settings: Settings): DoctorCheck[] {
  const stage = "changes";
  return [
    ...settings.secrets.map((secret): DoctorCheck => ({
      id: "secret-age",
      stage,
      subject: secret.name,
      expected: `replaced within ${secret.rotateDays} days`,
      needs: ["github-repository", "deployed"],
      judge: () => judgeAge(facts, secret),
    })),
    {
      id: "drift",
      stage,
      expected: "what pulumi up made, at GitHub and on the hosts",
      needs: ["deployed", "github-repository"],
      judge: () => judgeDrift(facts, stack, settings),
    },
  ];
}
