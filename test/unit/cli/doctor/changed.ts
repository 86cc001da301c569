/** A healthy stack with one thing wrong, and what the doctor then says. */
import assert from "node:assert/strict";
import type { DeploymentObservation } from "@ghrunners/components/preflight/judge-deployment";
import { type CheckedFact, judgeAll } from "@ghrunners/cli/doctor/check";
import { checksFor } from "@ghrunners/cli/doctor/checks/all";
import type { AskedGitHub, DoctorFacts, MonitoringFacts, OwnFacts, ProxmoxFacts } from "@ghrunners/cli/doctor/facts";
import type { SeenHost } from "@ghrunners/cli/drift/observation";
import { at, healthy, host, inDays } from "./facts";

/** The checks that are not ok, besides the skipped ones. */
export const found = (facts: DoctorFacts): CheckedFact[] =>
  judgeAll(checksFor(facts)).filter(({ state }) => state !== "ok" && state !== "skipped");

/** State, id and subject of the one check that is not ok, and the command that it names. */
export function only(facts: DoctorFacts): { what: string; next: string; seen: string } {
  const [one, ...more] = found(facts);
  assert.ok(one !== undefined, "every check is ok");
  assert.deepEqual(more, []);
  const { state, id, subject, next, seen } = one;
  return { what: [state, id, ...(subject === null ? [] : [subject])].join(" "), next: next ?? "", seen: seen ?? "" };
}

export const own = (changes: Partial<OwnFacts>): DoctorFacts => {
  const facts = healthy();
  return { ...facts, own: { ...facts.own, ...changes } };
};
export const proxmox = (changes: Partial<ProxmoxFacts["seen"]>, more: Partial<ProxmoxFacts> = {}): DoctorFacts => {
  const facts = healthy();
  return { ...facts, proxmox: { ...facts.proxmox, seen: { ...facts.proxmox.seen, ...changes }, ...more } };
};
export const github = (changes: Partial<AskedGitHub>): DoctorFacts => {
  const facts = healthy();
  return { ...facts, github: { ...facts.github, asked: { ...facts.asked, ...changes } } };
};
/** @param gate what is seen of the gate's machine */
export function ofGate(gate: DeploymentObservation["gate"]): DoctorFacts {
  const { deployment } = healthy().asked;
  assert.ok("value" in deployment);
  return github({ deployment: { value: { ...deployment.value, gate } } });
}
/** @param changes what is seen of what may run in the repository */
export function ofPolicy(changes: Partial<NonNullable<DeploymentObservation["policy"]>>): DoctorFacts {
  const { deployment } = healthy().asked;
  assert.ok("value" in deployment && deployment.value.policy !== undefined);
  return github({ deployment: { value: { ...deployment.value, policy: { ...deployment.value.policy, ...changes } } } });
}
export const monitoring = (changes: Partial<MonitoringFacts>): DoctorFacts => {
  const facts = healthy();
  return { ...facts, monitoring: { ...facts.monitoring, ...changes } };
};
type View = Extract<MonitoringFacts["view"], { value: unknown }>["value"];
export const view = (changes: Partial<View>): DoctorFacts => {
  const { view: seen } = healthy().monitoring;
  assert.ok("value" in seen);
  return monitoring({ view: { value: { ...seen.value, ...changes } } });
};
export const name = "lab-runner";
export const ofHost = (change: (seen: SeenHost) => SeenHost): DoctorFacts => {
  const facts = healthy();
  return { ...facts, hosts: { ...facts.hosts, [name]: { value: change(host(name)) } } };
};
export const ofUnit = (unit: Partial<NonNullable<SeenHost["unit"]>>): DoctorFacts =>
  ofHost((seen) => ({ ...seen, unit: { ...seen.unit!, ...unit } }));
export const ofVitals = (vitals: Partial<SeenHost["vitals"]>): DoctorFacts =>
  ofHost((seen) => ({ ...seen, vitals: { ...seen.vitals, ...vitals } }));
export const ofRunner = (changes: object): DoctorFacts => {
  const { runners } = healthy().asked;
  assert.ok("value" in runners);
  return github({
    runners: { value: runners.value.map((runner) => (runner.name === name ? { ...runner, ...changes } : runner)) },
  });
};
export const ofGuest = (status: string): DoctorFacts => {
  const { guests } = healthy().proxmox.seen;
  assert.ok("value" in guests);
  return proxmox({
    guests: { value: guests.value.map((guest) => (guest.vmid === 151 ? { ...guest, status } : guest)) },
  });
};

export const refusal = (status: number, error = "GitHub refused. Expected more. Next: do this") => ({ error, status });
export const heal = /^pulumi up --refresh$/;
export const alert = {
  ...{ name: "RunnerDown", component: "runner", role: "primary", runner: name, state: "firing" as const },
  ...{ since: at.toISOString(), summary: "it is down", runbook: "https://example.org/runbook" },
};

export function emptyState() {
  const { state } = healthy().own;
  assert.ok("value" in state);
  return state.value.made;
}

export function gateOf() {
  const { gate } = healthy().monitoring;
  assert.ok(gate !== undefined && "value" in gate);
  return gate.value;
}

export function ofRunnerVersion(days: number): DoctorFacts {
  const { runners } = healthy().asked;
  assert.ok("value" in runners);
  const changed = runners.value.map((runner) => (runner.name === name ? { ...runner, version: "2.335.0" } : runner));
  return github({ runners: { value: changed }, deadlines: { value: { "2.335.0": inDays(days) } } });
}

export function rogue(): DoctorFacts {
  const { runners } = healthy().asked;
  assert.ok("value" in runners);
  const unknownRunner = {
    id: 99,
    name: "not-in-configuration",
    online: true,
    busy: false,
    labels: ["self-hosted", "lab"],
    version: undefined,
  };
  return github({ runners: { value: [...runners.value, unknownRunner] } });
}

/** What is wrong, the facts that show it, the check that reports it, and the command that the check names. */
type Case = readonly [string, DoctorFacts, string, RegExp];

/** One test for each case. */
export function tellsEach(cases: readonly Case[]): void {
  for (const [title, facts, expected, next] of cases) {
    it(`report ${title}`, () => {
      const wrong = found(facts);
      const names = wrong.map(({ state, id, subject }) =>
        [state, id, ...(subject === null ? [] : [subject])].join(" "),
      );
      assert.equal(names.join(), expected);
      assert.match(wrong[0]?.next ?? "", next);
    });
  }
}
