import assert from "node:assert/strict";
import { type CheckedFact, judgeAll } from "@ghrunners/cli/doctor/check";
import { checksFor } from "@ghrunners/cli/doctor/checks/all";
import type { AskedGitHub, DoctorFacts, MonitoringFacts, OwnFacts, ProxmoxFacts } from "@ghrunners/cli/doctor/facts";
import type { SeenHost } from "@ghrunners/cli/drift/observation";
import { at, certificateWith, choiceOf, healthy, host, inDays, settings } from "./facts";

/** The checks that are not ok, besides the skipped ones. */
const found = (facts: DoctorFacts): CheckedFact[] =>
  judgeAll(checksFor(facts)).filter(({ state }) => state !== "ok" && state !== "skipped");

/** State, id and subject of the one check that is not ok, and the command that it names. */
function only(facts: DoctorFacts): { what: string; next: string; seen: string } {
  const [one, ...more] = found(facts);
  assert.ok(one !== undefined, "every check is ok");
  assert.deepEqual(more, []);
  const { state, id, subject, next, seen } = one;
  return { what: [state, id, ...(subject === null ? [] : [subject])].join(" "), next: next ?? "", seen: seen ?? "" };
}

const own = (changes: Partial<OwnFacts>): DoctorFacts => {
  const facts = healthy();
  return { ...facts, own: { ...facts.own, ...changes } };
};
const proxmox = (changes: Partial<ProxmoxFacts["seen"]>, more: Partial<ProxmoxFacts> = {}): DoctorFacts => {
  const facts = healthy();
  return { ...facts, proxmox: { ...facts.proxmox, seen: { ...facts.proxmox.seen, ...changes }, ...more } };
};
const github = (changes: Partial<AskedGitHub>): DoctorFacts => {
  const facts = healthy();
  return { ...facts, github: { ...facts.github, asked: { ...facts.asked, ...changes } } };
};
const monitoring = (changes: Partial<MonitoringFacts>): DoctorFacts => {
  const facts = healthy();
  return { ...facts, monitoring: { ...facts.monitoring, ...changes } };
};
type View = Extract<MonitoringFacts["view"], { value: unknown }>["value"];
const view = (changes: Partial<View>): DoctorFacts => {
  const { view: seen } = healthy().monitoring;
  assert.ok("value" in seen);
  return monitoring({ view: { value: { ...seen.value, ...changes } } });
};
const name = "lab-runner";
const ofHost = (change: (seen: SeenHost) => SeenHost): DoctorFacts => {
  const facts = healthy();
  return { ...facts, hosts: { ...facts.hosts, [name]: { value: change(host(name)) } } };
};
const ofUnit = (unit: Partial<NonNullable<SeenHost["unit"]>>): DoctorFacts =>
  ofHost((seen) => ({ ...seen, unit: { ...seen.unit!, ...unit } }));
const ofVitals = (vitals: Partial<SeenHost["vitals"]>): DoctorFacts =>
  ofHost((seen) => ({ ...seen, vitals: { ...seen.vitals, ...vitals } }));
const ofRunner = (changes: object): DoctorFacts => {
  const { runners } = healthy().asked;
  assert.ok("value" in runners);
  return github({
    runners: { value: runners.value.map((runner) => (runner.name === name ? { ...runner, ...changes } : runner)) },
  });
};
const ofGuest = (status: string): DoctorFacts => {
  const { guests } = healthy().proxmox.seen;
  assert.ok("value" in guests);
  return proxmox({
    guests: { value: guests.value.map((guest) => (guest.vmid === 151 ? { ...guest, status } : guest)) },
  });
};

const refusal = (status: number, error = "GitHub refused. Expected more. Next: do this") => ({ error, status });
const heal = /^pulumi up --refresh$/;
const alert = {
  ...{ name: "RunnerDown", component: "runner", role: "primary", runner: name, state: "firing" as const },
  ...{ since: at.toISOString(), summary: "it is down", runbook: "https://example.org/runbook" },
};

/** What is wrong, with the check that tells it and the command that it names. */
const cases: readonly [string, DoctorFacts, string, RegExp][] = [
  ["an old Node", own({ node: { seen: "20.11.0", needed: "22.12" } }), "problem node", /nodejs\.org/],
  ["an old Pulumi", own({ pulumi: { seen: { value: "3.100.0" }, needed: "3.274.0" } }), "problem pulumi", /install/],
  [
    "an empty stack",
    own({ state: { value: { resources: 0, made: { ...emptyState() } } } }),
    "problem deployed",
    /^pulumi up$/,
  ],
  [
    "an untrusted certificate",
    proxmox({}, { certificate: certificateWith({ ends: inDays(90), untrusted: "SELF_SIGNED_CERT_IN_CHAIN" }) }),
    "problem proxmox-certificate",
    /NODE_EXTRA_CA_CERTS/,
  ],
  [
    "a certificate that has ended",
    proxmox({}, { certificate: certificateWith({ ends: inDays(-3), untrusted: "CERT_HAS_EXPIRED" }) }),
    "problem proxmox-certificate",
    /pvenode acme cert renew/,
  ],
  [
    "a certificate of ten more days",
    proxmox({}, { certificate: certificateWith({ ends: inDays(10), untrusted: undefined }) }),
    "warning proxmox-certificate",
    /pvenode acme cert renew/,
  ],
  [
    "Proxmox VE that does not answer",
    proxmox({}, { certificate: { error: "it does not answer. Expected it. Next: check the network" } }),
    "problem proxmox-reached",
    /check the network/,
  ],
  [
    "a refused Proxmox VE token",
    proxmox({
      guests: refusal(
        401,
        "it refuses the token. Expected a valid one. Next: pulumi config set --secret ghrunners:proxmoxToken",
      ),
    }),
    "problem proxmox-token",
    /proxmoxToken/,
  ],
  [
    "Proxmox VE's own failure",
    proxmox({ guests: refusal(500, "it answered 500") }),
    "unknown proxmox-token",
    /once more/,
  ],
  [
    "a Proxmox VE token of six more days",
    proxmox({}, { tokenExpires: { value: inDays(6) / 1000 } }),
    "problem proxmox-token",
    /proxmoxToken/,
  ],
  [
    "a node that is off",
    proxmox({ nodes: { value: [{ node: "pve-lab", online: false }] } }),
    "problem proxmox-node",
    /start it/,
  ],
  [
    "a missing privilege",
    proxmox({
      missingPrivileges: { value: [{ path: "/vms/9000", privilege: "VM.Clone", reason: "clone the template" }] },
    }),
    "problem proxmox-privileges",
    /VM\.Clone/,
  ],
  [
    "a storage for other content",
    proxmox({
      storages: new Map([["pve-lab", { value: { avail: 2 ** 40, content: "iso", active: true, type: "dir" } }]]),
    }),
    "problem proxmox-storage",
    /pvesm set/,
  ],
  ["no firewall", proxmox({ firewall: { value: false } }), "problem proxmox-firewall", /pvesh set/],
  [
    "a firewall that is not shown",
    proxmox({ firewall: { value: undefined } }),
    "warning proxmox-firewall",
    /Sys\.Audit/,
  ],
  ["a stopped machine", ofGuest("stopped"), `problem runner-machine ${name}`, heal],
  ["an expired GitHub token", github({ token: refusal(401) }), "problem github-token", /do this/],
  [
    "a GitHub token of ten days",
    github({ token: { value: { ends: inDays(10), clock: at.getTime() } } }),
    "warning github-token",
    /githubToken/,
  ],
  [
    "a GitHub token of five days",
    github({ token: { value: { ends: inDays(5), clock: at.getTime() } } }),
    "problem github-token",
    /githubToken/,
  ],
  [
    "GitHub's own failure",
    {
      ...healthy(),
      github: { ...healthy().github, left: undefined, asked: { ...healthy().asked, token: refusal(500) } },
    },
    "unknown github-token",
    /do this/,
  ],
  [
    "a used-up rate limit",
    {
      ...healthy(),
      github: {
        ...healthy().github,
        left: { remaining: 0, limit: 5000, reset: at.getTime() / 1000 + 900 },
        asked: undefined,
      },
    },
    "problem github-rate-limit",
    /the same command again after/,
  ],
  [
    "a clock that is behind",
    github({ token: { value: { ends: undefined, clock: at.getTime() + 600_000 } } }),
    "problem github-clock",
    /timedatectl/,
  ],
  [
    "a repository that is not there",
    github({ seen: { ...healthy().asked.seen, repository: refusal(404) } }),
    "problem github-repository",
    /do this/,
  ],
  [
    "a public repository",
    github({
      seen: { ...healthy().asked.seen, repository: { value: { private: false, fullName: "octo-org/demo-app" } } },
    }),
    "problem github-repository",
    /./,
  ],
  ["a permission that lacks", github({ runners: refusal(403) }), "problem github-runners", /do this/],
  [
    "no smoke workflow",
    github({ seen: { ...healthy().asked.seen, workflow: refusal(404) } }),
    "problem github-smoke-workflow",
    /do this/,
  ],
  [
    "a workflow of another text",
    github({ files: { value: { ".github/workflows/deploy.yml": "c3" } } }),
    "warning github-workflows",
    /git diff origin\/HEAD -- \.github\/workflows\/deploy\.yml/,
  ],
  ["files that the token may not read", github({ files: refusal(403) }), "warning github-workflows", /Contents: read/],
  [
    "a plan without reviewers",
    github({
      deployment: {
        value: {
          kind: { value: { private: true, owner: "organization", plan: "team", onGitHubCom: true } },
          writers: undefined,
          reviewers: [{ value: true }],
          permissions: [],
        },
      },
    }),
    "problem github-settings,problem github-settings",
    /change the plan/,
  ],
  ["no environment", github({ environment: { value: null } }), "problem github-environment", heal],
  [
    "an expired choice",
    github({ choice: { value: choiceOf("primary", -1) } }),
    "problem github-choice",
    /ghrunners gate/,
  ],
  [
    "a choice of the secondary",
    github({ choice: { value: choiceOf("secondary") } }),
    "warning github-choice",
    /ghrunners gate/,
  ],
  ["a choice of no runner", github({ choice: { value: choiceOf(null) } }), "problem github-choice", /ghrunners gate/],
  [
    "a host that does not answer",
    {
      ...healthy(),
      hosts: { ...healthy().hosts, [name]: { error: "no answer. Expected one. Next: look at the console" } },
    },
    `problem runner-ssh ${name}`,
    /console/,
  ],
  ["a stopped unit", ofUnit({ active: "inactive" }), `problem runner-unit ${name}`, heal],
  [
    "a work folder of another user",
    ofUnit({ unusable: "/opt/actions-runner/_work" }),
    `problem runner-work-folder ${name}`,
    /^pulumi up --replace 'urn:lab-runner'$/,
  ],
  ["a full disk", ofVitals({ disk: 0.99 }), `problem runner-disk ${name}`, /sudo du/],
  ["a disk that fills", ofVitals({ disk: 0.9 }), `warning runner-disk ${name}`, /sudo du/],
  ["no inodes", ofVitals({ inodes: 1 }), `problem runner-inodes ${name}`, /--inodes/],
  [
    "a host's wrong clock",
    ofVitals({ clock: at.getTime() / 1000 - 300 }),
    `problem runner-clock ${name}`,
    /timedatectl/,
  ],
  [
    "a runner that is offline",
    ofRunner({ online: false }),
    `problem runner-registered ${name}`,
    /systemctl restart actions\.runner\.octo-org-demo-app\.lab-runner\.service$/,
  ],
  ["a runner without its labels", ofRunner({ labels: ["self-hosted"] }), `problem runner-registered ${name}`, heal],
  ["a runner that GitHub does not know", ofRunner({ name: "another" }), `problem runner-registered ${name}`, heal],
  [
    "a runner too old to register",
    ofRunner({ version: "2.300.0" }),
    `problem runner-version ${name}`,
    /agent\.version/,
  ],
  ["a version of five more days", ofRunnerVersion(5), "problem runner-version lab-runner", /agent\.version/],
  [
    "a runner in maintenance",
    github({
      maintenance: {
        value: JSON.stringify({
          schema: "ghrunners.maintenance/1",
          runners: [{ name, until: "2026-11-29T13:00:00Z", reason: "a new disk", by: "kim" }],
        }),
      },
    }),
    `warning runner-service ${name}`,
    /ghrunners maintenance end lab-runner/,
  ],
  [
    "paused deployments",
    github({
      pauses: {
        value: JSON.stringify({
          schema: "ghrunners.pauses/1",
          pauses: [{ environment: "lab", until: "2026-11-29T13:00:00Z", note: "a freeze", by: "kim" }],
        }),
      },
    }),
    "warning github-pause",
    /ghrunners resume/,
  ],
  ["pauses of an unknown form", github({ pauses: { value: "later" } }), "problem github-pause", /ghrunners resume/],
  [
    "a monitoring host that does not answer",
    monitoring({ host: { error: "no answer" } }),
    "problem monitoring-ssh",
    /^ssh -v/,
  ],
  [
    "Prometheus that does not answer",
    monitoring({ view: { error: "no answer" } }),
    "problem monitoring-services",
    /systemctl status prometheus/,
  ],
  ["no targets", view({ targets: [] }), "problem monitoring-exporters", /restore-monitoring/],
  [
    "an exporter that is down",
    view({ targets: [{ job: "j", instance: "i", subject: null, health: "down", error: "refused" }] }),
    "problem monitoring-exporters",
    heal,
  ],
  [
    "an exporter that was not read yet",
    view({ targets: [{ job: "j", instance: "i", subject: null, health: "unknown", error: "" }] }),
    "warning monitoring-exporters",
    /in a minute/,
  ],
  ["no rules", view({ rules: { groups: 0, rules: 0, broken: [] } }), "problem monitoring-rules", /restore-monitoring/],
  [
    "a broken rule",
    view({ rules: { groups: 1, rules: 1, broken: [{ name: "r", error: "e" }] } }),
    "problem monitoring-rules",
    /restore-monitoring/,
  ],
  ["a silent Watchdog", view({ watchdog: false }), "problem monitoring-watchdog", /monitoring-blind/],
  ["a critical alert", view({ alerts: [{ ...alert, severity: "critical" }] }), "problem monitoring-alerts", /runbook/],
  ["another alert", view({ alerts: [{ ...alert, severity: "warning" }] }), "warning monitoring-alerts", /runbook/],
  [
    "a switch that does not decide",
    monitoring({ gate: { value: { ...gateOf(), problems: ["too old"], next: "docs/runbooks/monitoring-blind.md" } } }),
    "problem monitoring-switch",
    /runbooks/,
  ],
  [
    "a target without a key that does not answer",
    { ...healthy(), hosts: { ...healthy().hosts, app: { error: "no answer" } } },
    "warning target-ssh app",
    /^ssh -v/,
  ],
  [
    "a target whose agent fails",
    {
      ...healthy(),
      targets: [{ target: "app", deployed: true, incidents: [], sending: null, problem: "its answer is no JSON" }],
    },
    "unknown target-agent app",
    /ghrunners incidents/,
  ],
  [
    "a secret that is due",
    github({
      scoped: {
        value: {
          variables: [],
          secrets: settings().secrets.map(({ name: each, scope }) => ({
            name: each,
            scope,
            updatedAt: each === "DEPLOY_KEY" ? "2026-06-01T00:00:00Z" : "2026-11-20T00:00:00Z",
          })),
        },
      },
    }),
    "warning secret-age DEPLOY_KEY",
    /ghrunners rotate DEPLOY_KEY --apply/,
  ],
  ["a rogue runner with this label", rogue(), "problem drift", /gh api --method DELETE .*actions\/runners\/99$/],
];

function emptyState() {
  const { state } = healthy().own;
  assert.ok("value" in state);
  return state.value.made;
}

function gateOf() {
  const { gate } = healthy().monitoring;
  assert.ok(gate !== undefined && "value" in gate);
  return gate.value;
}

function ofRunnerVersion(days: number): DoctorFacts {
  const { runners } = healthy().asked;
  assert.ok("value" in runners);
  const changed = runners.value.map((runner) => (runner.name === name ? { ...runner, version: "2.335.0" } : runner));
  return github({ runners: { value: changed }, deadlines: { value: { "2.335.0": inDays(days) } } });
}

function rogue(): DoctorFacts {
  const { runners } = healthy().asked;
  assert.ok("value" in runners);
  const stranger = {
    id: 99,
    name: "stranger",
    online: true,
    busy: false,
    labels: ["self-hosted", "lab"],
    version: undefined,
  };
  return github({ runners: { value: [...runners.value, stranger] } });
}

describe("the doctor's checks", () => {
  it("are all ok where everything works", () => assert.deepEqual(found(healthy()), []));

  for (const [title, facts, expected, next] of cases) {
    it(`tell ${title}`, () => {
      const wrong = found(facts);
      const names = wrong.map(({ state, id, subject }) =>
        [state, id, ...(subject === null ? [] : [subject])].join(" "),
      );
      assert.equal(names.join(), expected);
      assert.match(wrong[0]?.next ?? "", next);
    });
  }

  it("are skipped below the one that failed, which is named", () => {
    const results = judgeAll(checksFor(proxmox({ guests: refusal(401, "refused") })));
    const machine = results.find(({ id }) => id === "runner-machine");
    assert.deepEqual([machine?.state, machine?.because], ["skipped", "proxmox-token"]);
    const disk = results.find(({ id }) => id === "runner-disk");
    assert.deepEqual([disk?.state, disk?.because], ["skipped", "proxmox-token"]);
    assert.equal(results.find(({ id }) => id === "github-repository")?.state, "ok");
  });

  for (const [lacks, id] of [
    ["backend", "backend"],
    ["stack", "stack"],
    ["passphrase", "passphrase"],
  ] as const) {
    it(`are only those of this machine when Pulumi lacks the ${lacks}`, () => {
      const failure = { error: `Pulumi lacks it. Expected it. Next: get the ${lacks}`, lacks };
      const stack = lacks === "passphrase" ? { value: "lab" } : failure;
      const facts = own({ stack, configuration: failure, state: failure });
      assert.deepEqual(only(facts).what, `problem ${id}`);
      assert.equal(only(facts).next, `get the ${lacks}`);
      assert.ok(judgeAll(checksFor(facts)).every(({ stage }) => stage === "own"));
    });
  }

  it("tell every problem of the configuration with its command", () => {
    const problems = ["proxmox.node", "github.repository"].map((path) => ({
      path,
      seen: "nothing",
      allowed: "something",
    }));
    const wrong = found(own({ configuration: { value: { problems } } }));
    assert.deepEqual(
      wrong.map(({ id, seen, expected }) => [id, seen, expected]),
      problems.map(({ path }) => ["configuration", `ghrunners:${path}: nothing`, "something"]),
    );
    assert.match(wrong[0]?.next ?? "", /^pulumi config set --path 'ghrunners:proxmox\.node'/);
  });
});
