import assert from "node:assert/strict";
import { judge, type StatusExpectation, type StatusObservation } from "@ghrunners/cli/status/report";

const labels = ["self-hosted", "linux", "x64", "production", "primary"];
const expected: StatusExpectation = {
  stack: "acme",
  environment: "production",
  githubUrl: "https://github.com",
  repository: "octo-org/demo-app",
  hosts: "manage",
  switchLacks: "It has no token of its own.",
  monitored: false,
  runners: [{ name: "runner-1", role: "primary", vmId: 151, address: "198.51.100.51", labels }],
  knownRunners: ["known-*", "delivery"],
  deployment: null,
};
const machine = { vmid: 151, name: "runner-1", status: "running" };
const own = { id: 7, name: "runner-1", online: true, busy: false, version: "2.336.0", labels };
const rogue = { ...own, id: 99, name: "rogue", labels: ["self-hosted", "Production"] };

function problems(changes: Partial<StatusObservation>, githubUrl = expected.githubUrl): readonly string[] {
  const seen = { vms: [machine], runners: [own], lastJob: null, errors: [], ...changes };
  const report = judge({ ...expected, githubUrl }, seen, new Date("2026-11-22T10:00:00Z"));
  assert.equal(report.healthy, report.problems.length === 0);
  return report.problems;
}

describe("a runner that is in no configuration", () => {
  const words = "runner rogue is in no configuration, and takes jobs for the label production";

  it("is a problem of the status, online or not, with the command that removes it", () => {
    for (const online of [true, false])
      assert.deepEqual(problems({ runners: [own, { ...rogue, online }] }), [
        `${words}. Next: gh api --method DELETE repos/octo-org/demo-app/actions/runners/99`,
      ]);
    assert.deepEqual(problems({ runners: [own, { ...rogue, groupId: 3 }] }), [
      `${words}. Next: gh api --method DELETE orgs/octo-org/actions/runners/99`,
    ]);
  });

  it("is one too with the label of deliveries, whose workflows have the stack's secrets", () => {
    const [problem] = problems({ runners: [own, { ...rogue, labels: ["self-hosted", "delivery"] }] });
    assert.match(problem ?? "", /^runner rogue is in no configuration, and takes jobs for the label delivery\./);
  });

  it("is removed at the stack's own GitHub", () => {
    const [problem] = problems({ runners: [own, rogue] }, "https://github.example.com/");
    assert.match(problem ?? "", / Next: GH_HOST=github\.example\.com gh api --method DELETE repos\//);
  });

  it("is none where monitoring.knownRunners names it, or where it takes another environment's jobs", () => {
    const known = ["known-1", "delivery"].map((name) => ({ ...rogue, name }));
    const ofAnotherStack = { ...rogue, labels: ["self-hosted", "staging", "primary"] };
    assert.deepEqual(problems({ runners: [own, ...known, ofAnotherStack] }), []);
    assert.equal(problems({ runners: [own, { ...rogue, name: "known" }] }).length, 1);
  });

  it("is not guessed where GitHub did not answer: the cause is said once", () => {
    const errors = ["GitHub cannot be read: x"];
    assert.deepEqual(problems({ runners: undefined, errors }), errors);
  });
});
