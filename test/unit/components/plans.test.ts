import assert from "node:assert/strict";
import fc from "fast-check";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { drainRunner } from "@ghrunners/core/github/drain";
import { sameLabels } from "@ghrunners/core/github/runner";
import { chooseDrain, type DrainedRunner } from "@ghrunners/components/runner/plan-drain";
import { memberKeys } from "@ghrunners/components/runner/member-keys";
import { diffGate, type GateInputs, judgeSubject } from "@ghrunners/components/runner/plan-gate";
import { chooseDownload } from "@ghrunners/components/runner/plan-release";
import {
  diffRegisteredRunner,
  diffRegistration,
  parseHostRegistration,
  planRegistration,
} from "@ghrunners/components/runner/plan-registration";
import { isDisruptive } from "@ghrunners/components/runner/render-vm";

const labels = ["self-hosted", "linux", "x64", "lab", "primary"];
const runner = (change: Partial<GitHubRunner> = {}): GitHubRunner => ({
  id: 7,
  name: "one",
  online: true,
  busy: false,
  labels,
  version: "2.336.0",
  ...change,
});

describe("registration plan", () => {
  const wanted = { runnerName: "one", url: "https://github.com/octo-org/demo-app" };
  const onHost = { agentId: 7, agentName: "one", gitHubUrl: "https://github.com/Octo-Org/demo-app" };

  it("keeps a registration on which host and GitHub agree", () => {
    assert.deepEqual(planRegistration(wanted, onHost, runner(), undefined), { action: "keep", runnerId: 7 });
  });

  it("registers a fresh host, and one whose registration GitHub deleted", () => {
    assert.equal(planRegistration(wanted, undefined, undefined, undefined).action, "register");
    assert.equal(planRegistration(wanted, onHost, undefined, 7).action, "register");
    assert.equal(planRegistration(wanted, { ...onHost, agentName: "other" }, undefined, undefined).action, "register");
  });

  it("takes over the name of its own former runner, never of an unknown one", () => {
    assert.equal(planRegistration(wanted, undefined, runner({ online: false }), undefined).action, "register");
    assert.equal(planRegistration(wanted, undefined, runner(), 7).action, "register");
    assert.equal(planRegistration(wanted, undefined, runner(), undefined).action, "wait");
    assert.equal(planRegistration(wanted, undefined, runner(), 8).action, "wait");
  });

  it("takes no name of a runner in another group, also if it is offline", () => {
    const other = { ...runner({ online: false }), elsewhere: true };
    assert.deepEqual(planRegistration(wanted, undefined, other, undefined), {
      action: "wait",
      reason: "a runner named one (id 7) is in another runner group",
    });
    assert.equal(planRegistration(wanted, onHost, other, 7).action, "keep");
  });

  it("is due where a refresh found no credentials on the host, and keeps the runner's name then", () => {
    const state = { ...wanted, runnerId: 7, incarnation: "m" };
    assert.equal(diffRegistration(state, state).changes, false);
    const seen = { ...state, credentials: "lost" };
    assert.deepEqual(diffRegistration(seen, state), { changes: true, replaces: [], deleteBeforeReplace: true });
    assert.equal(planRegistration(wanted, undefined, runner(), state.runnerId).action, "register");
  });

  it("reads a .runner file with a byte order mark, and no broken one", () => {
    const text = JSON.stringify({ agentId: 7, agentName: "one", gitHubUrl: "https://github.com/o/r" });
    assert.equal(parseHostRegistration(`\uFEFF${text}\n`)?.agentId, 7);
    for (const broken of ["", "\uFEFF", text.slice(0, 20), "{}", "[]"])
      assert.equal(parseHostRegistration(broken), undefined);
  });
});

describe("drift of a runner", () => {
  const state = {
    githubUrl: "u",
    repository: "r",
    runnerName: "one",
    incarnation: "m",
    labels,
    service: "active",
    status: "online",
    revision: "a",
    version: "2.336.0",
    runnerId: 7,
    drained: false,
  };
  const diff = (seen: object, wanted: object = {}): ReturnType<typeof diffRegisteredRunner> =>
    diffRegisteredRunner({ ...state, ...seen }, { ...state, ...wanted }, sameLabels);

  it("is none without a difference, whatever the order and case of labels", () => {
    assert.equal(diff({}).changes, false);
    assert.equal(diff({ labels: [...labels].reverse().map((label) => label.toUpperCase()) }).changes, false);
    assert.equal(diff({ drained: true }).changes, false);
  });

  for (const [what, seen] of [
    ["a label that is gone", { labels: labels.slice(1) }],
    ["a label too many", { labels: [...labels, "extra"] }],
    ["a unit that is disabled", { service: "disabled" }],
    ["a host out of reach", { service: "unreachable" }],
    ["a runner offline at GitHub", { status: "offline" }],
    ["another revision", { revision: "b" }],
  ] as const) {
    it(`is ${what}`, () => assert.deepEqual([diff(seen).changes, diff(seen).replaces], [true, []]));
  }

  it("is an update in a run that took the labels away", () => assert.equal(diff({}, { drained: true }).changes, true));

  it("replaces only what makes it another runner", () => {
    assert.deepEqual(diff({}, { runnerName: "two" }).replaces, ["runnerName"]);
    assert.deepEqual(diffRegistration(state, { ...state, incarnation: "n" }), {
      changes: true,
      replaces: [],
      deleteBeforeReplace: true,
    });
  });
});

describe("drain of a runner", () => {
  const view = (name: string, atGitHub: GitHubRunner | undefined): DrainedRunner => ({ name, labels, atGitHub });
  const unforced = { force: false, forceHint: "say it" };
  const peer = view("two", runner({ id: 8, name: "two" }));

  it("changes nothing for a runner that takes no jobs", () => {
    assert.equal(chooseDrain("one", undefined, [peer], unforced).action, "nothing");
    assert.equal(chooseDrain("one", runner({ online: false }), [], unforced).action, "nothing");
  });

  it("needs a healthy peer where there is one to expect", () => {
    const self = view("one", runner());
    assert.equal(chooseDrain("one", runner(), [self, peer], unforced).action, "drain");
    assert.equal(chooseDrain("one", runner(), [self], unforced).action, "drain");
    for (const bad of [undefined, runner({ online: false }), runner({ labels: [] })]) {
      const choice = chooseDrain("one", runner(), [self, view("two", bad)], unforced);
      assert.equal(choice.action, "refuse");
      assert.ok(
        choice.action === "refuse" && choice.reason.includes(unforced.forceHint) && choice.reason.includes("two is"),
      );
      assert.equal(
        chooseDrain("one", runner(), [self, view("two", bad)], { ...unforced, force: true }).action,
        "drain",
      );
    }
  });

  it("takes the labels first, then waits for the job", async () => {
    const seen: string[] = [];
    const states = [
      runner(),
      runner({ busy: true, labels: [] }),
      runner({ busy: true, labels: [] }),
      runner({ labels: [] }),
    ];
    const github = {
      runner: async () => (seen.push("look"), states[Math.min(seen.filter((call) => call === "look").length, 4) - 1]),
      setLabels: async (_id: number, set: readonly string[]) => void seen.push(`labels [${set.join()}]`),
    };
    await drainRunner(github, 7, 1_000, { pauseMs: 1 });
    assert.deepEqual(seen, ["look", "labels []", "look", "look", "look"]);
  });

  it("fails at its limit with the reason", async () => {
    const github = { runner: async () => runner({ busy: true }), setLabels: async () => undefined };
    await assert.rejects(drainRunner(github, 7, 0, { pauseMs: 1 }), /still busy.*drainTimeoutMinutes/);
  });

  it("is needed for changes that restart the guest and for drift, not for names", () => {
    assert.equal(isDisruptive({ memory: 1, tags: ["a"] }, { memory: 1, tags: ["b"] }), false);
    assert.equal(
      isDisruptive({ memory: 1, __defaults: ["timeoutShutdownVm"] }, { memory: 1, timeoutShutdownVm: 300 }),
      false,
    );
    assert.equal(isDisruptive({ memory: 1 }, { memory: 2 }), true);
    assert.equal(isDisruptive({ memory: 1 }, { memory: 1 }), true);
  });
});

describe("health gate of a pool", () => {
  const subject = {
    runnerName: "two",
    runnerId: 8,
    labels,
    version: "2.336.0",
    unit: "u.service",
    host: { host: "h", user: "u", hostKey: "k" },
    revision: "a",
  };
  const inputs: GateInputs = {
    githubUrl: "u",
    repository: "r",
    subjects: [subject],
    next: "n",
    smoke: { workflow: "w", timeoutSeconds: 1 },
    onlineSeconds: 1,
  };

  it("passes only when both views agree", () => {
    assert.deepEqual(judgeSubject(subject, runner(), "active"), []);
    assert.deepEqual(judgeSubject(subject, runner({ version: "2.337.1" }), "active"), []);
    for (const [atGitHub, service] of [
      [undefined, "active"],
      [runner({ online: false }), "active"],
      [runner({ labels: [] }), "active"],
      [runner({ version: "2.335.1" }), "active"],
      [runner(), "failed"],
      [runner(), undefined],
    ] as const) {
      assert.equal(judgeSubject(subject, atGitHub, service).length, 1);
    }
  });

  it("is repeated when the secondary or the primary's plan changes, not when a limit does", () => {
    assert.equal(
      diffGate(inputs, { ...inputs, onlineSeconds: 9, smoke: { workflow: "w", timeoutSeconds: 9 } }).changes,
      false,
    );
    assert.equal(diffGate(inputs, { ...inputs, next: "m" }).changes, true);
    assert.equal(diffGate(inputs, { ...inputs, subjects: [{ ...subject, revision: "b" }] }).changes, true);
  });
});

describe("names and downloads", () => {
  it("keeps a member's key when others are appended", () => {
    const members = fc.array(
      fc.constantFrom("primary" as const, "secondary" as const).map((role) => ({ role })),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(members, (list) => {
        const all = memberKeys(list);
        const before = memberKeys(list.slice(0, -1));
        return (
          new Set(all.values()).size === list.length && list.slice(0, -1).every((m) => before.get(m) === all.get(m))
        );
      }),
    );
  });

  it("takes the archive of exactly that version: the offered one, else the release's, or names what there is", () => {
    const now = Date.parse("2026-11-26T00:00:00Z");
    const file = (version: string, sha256?: string) => ({
      os: "linux",
      architecture: "x64",
      filename: `actions-runner-linux-x64-${version}.tar.gz`,
      url: `https://x/${version}`,
      sha256,
    });
    const choose = (seen: Partial<Parameters<typeof chooseDownload>[0]>, version: string) =>
      chooseDownload({ offered: [file("2.337.0", "a")], release: undefined, ends: undefined, ...seen }, version, now);
    assert.equal(choose({}, "2.337.0").sha256, "a");
    assert.equal(choose({ release: [file("2.336.0", "b")] }, "2.336.0").sha256, "b");
    assert.throws(() => choose({}, "2.336.0"), /no runner 2\.336\.0.*offered: 2\.337\.0.*agent\.version' 2\.337\.0/);
    assert.throws(() => choose({ release: [file("2.336.0")] }, "2.336.0"), /gives no SHA-256/);
    assert.throws(
      () => choose({ release: [file("2.336.0", "b")], ends: Date.parse("2026-11-05T08:04:55Z") }, "2.336.0"),
      /register since 2026-11-05T08:04:55\.000Z.*offered: 2\.337\.0\. Next: pulumi config set/,
    );
    assert.equal(choose({ ends: now + 1 }, "2.337.0").sha256, "a");
  });
});
