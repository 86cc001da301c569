import assert from "node:assert/strict";
import fc from "fast-check";
import {
  displacedBy,
  longestQueue,
  type GroupMember,
  nextToStart,
  readConcurrency,
} from "@ghrunners/lab/github/workflows/concurrency";
import { evaluatorWith } from "@ghrunners/lab/github/workflows/expressions";
import { matchesPattern, mayDeploy } from "@ghrunners/lab/github/workflows/gates";
import { checkInputs } from "@ghrunners/lab/github/workflows/inputs";
import { workflowLibrary } from "@ghrunners/lab/github/workflows/library";
import { assign, matches, readLabels } from "@ghrunners/lab/github/workflows/matching";
import { memberName, planMatrix } from "@ghrunners/lab/github/workflows/matrix";
import type { InputDefinition } from "@ghrunners/lab/github/workflows/model";
import { expression, type Json } from "@ghrunners/lab/github/workflows/template";

const evaluator = evaluatorWith(workflowLibrary().expressions);
const well = { success: true, failure: false, cancelled: false };

describe("expressions", () => {
  const value = (text: string, contexts: { [name: string]: Json } = {}): Json =>
    evaluator.evaluate(expression(text), contexts);

  it("are evaluated by GitHub's rules", () => {
    assert.equal(value("github.ref == 'REFS/HEADS/MAIN'", { github: { ref: "refs/heads/main" } }), true);
    assert.deepEqual(value(`fromJSON('["a", {"b": null}]')`), ["a", { b: null }]);
    assert.equal(value("needs.gate.outputs.label || 'none'", { needs: { gate: { outputs: { label: "" } } } }), "none");
    assert.equal(value("contains(github.labels.*.name, 'x')", { github: { labels: [{ name: "x" }] } }), true);
    assert.equal(evaluator.text(expression("inputs.count"), { inputs: { count: 1.5 } }), "1.5");
    assert.equal(evaluator.text(expression("null"), {}), "");
  });

  it("know the status functions", () => {
    assert.equal(evaluator.holds("success()", {}, well), true);
    assert.equal(evaluator.holds("failure() || cancelled()", {}, well), false);
    assert.equal(evaluator.holds("always()", {}, { success: false, failure: false, cancelled: true }), true);
  });

  it("keep every quote of a text, wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("'", "a", " ", "\n", "{", "}")).map((parts) => parts.join("")),
        (text) => {
          const quoted = `'${text.replaceAll("'", "''")}'`;
          assert.equal(value(quoted), text);
          const escaped = text.replaceAll(/[{}]/g, (brace) => brace + brace).replaceAll("'", "''");
          assert.equal(value(`format('${escaped}{0}', 'x')`), `${text}x`);
        },
      ),
    );
  });

  it("name themselves when they cannot be evaluated", () => {
    assert.throws(() => value("fromJSON('{')"), /The expression \$\{\{ fromJSON\('\{'\) \}\} cannot be evaluated/);
  });
});

describe("inputs of a dispatch", () => {
  const input = (name: string, rest: Partial<InputDefinition> = {}): InputDefinition => ({
    name,
    type: "string",
    required: false,
    default: undefined,
    options: [],
    ...rest,
  });
  const check = (definition: InputDefinition, given: Record<string, Json>) =>
    checkInputs([definition], given, ["production"]);

  it("get their defaults and types", () => {
    const definitions = [
      input("text"),
      input("flag", { type: "boolean", default: true }),
      input("off", { type: "boolean" }),
      input("count", { type: "number", default: 3 }),
    ];
    assert.deepEqual(checkInputs(definitions, { count: "4", off: "true" }, []), {
      ok: true,
      inputs: { text: "", flag: true, off: true, count: 4 },
    });
  });

  const wrong: [definition: InputDefinition, given: Record<string, Json>, words: RegExp][] = [
    [input("a", { required: true }), {}, /Required input 'a' not provided/],
    [input("a"), { b: "1" }, /Unexpected inputs provided: \["b"\]/],
    [
      input("a", { type: "choice", options: ["x", "y"] }),
      { a: "z" },
      /Provided value 'z' for input 'a' not in the list of allowed values/,
    ],
    [input("a", { type: "boolean" }), { a: "yes" }, /'yes' for input 'a' is not a boolean/],
    [input("a", { type: "number" }), { a: "many" }, /is not a number/],
    [input("a", { type: "environment" }), { a: "nowhere" }, /is not an environment/],
  ];
  for (const [definition, given, words] of wrong) {
    it(`are refused: ${words.source}`, () => {
      const checked = check(definition, given);
      assert.ok(!checked.ok);
      assert.match(checked.problems.join(), words);
    });
  }
});

describe("a matrix", () => {
  it("is the product of its axes without what is excluded, with what is included", () => {
    const plan = planMatrix({
      matrix: {
        os: ["a", "b"],
        v: [1, 2],
        exclude: [{ os: "b", v: 2 }],
        include: [{ os: "a", extra: "x" }, { os: "c" }],
      },
      "fail-fast": false,
      "max-parallel": 2,
    });
    assert.deepEqual(plan.members, [
      { os: "a", v: 1, extra: "x" },
      { os: "a", v: 2, extra: "x" },
      { os: "b", v: 1 },
      { os: "c" },
    ]);
    assert.deepEqual([plan.failFast, plan.maxParallel], [false, 2]);
    assert.equal(memberName("build", plan.members[2] as { [key: string]: Json }), "build (b, 1)");
  });

  it("has as many members as the product of its axes, all different", () => {
    const axis = fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(axis, axis, (left, right) => {
        const { members } = planMatrix({ matrix: { left, right } });
        assert.equal(members.length, left.length * right.length);
        assert.equal(new Set(members.map((member) => JSON.stringify(member))).size, members.length);
      }),
    );
  });

  it("is refused when it is empty, too large or no list", () => {
    assert.throws(() => planMatrix({ matrix: { a: [] } }), /does not contain any values/);
    const many = Array.from({ length: 257 }, (_, index) => index);
    assert.throws(() => planMatrix({ matrix: { a: many } }), /257 jobs, the limit is 256/);
    assert.throws(() => planMatrix({ matrix: { a: "x" } }), /not a list/);
  });
});

describe("runner choice", () => {
  const label = fc.constantFrom("self-hosted", "Linux", "X64", "primary", "secondary");

  it("compares labels without case and needs all of them", () => {
    assert.ok(matches({ labels: ["self-hosted", "Linux"] }, ["SELF-HOSTED", "linux"]));
    assert.ok(!matches({ labels: ["self-hosted"] }, ["self-hosted", "linux"]));
    assert.deepEqual(readLabels({ labels: "x" }), ["x"]);
    assert.throws(() => readLabels(""), /runs-on is ""/);
    assert.throws(() => readLabels(["a", null]), /runs-on/);
  });

  it("gives every runner at most one job, only fitting ones, and leaves no job that an idle runner fits", () => {
    const job = fc.record({ labels: fc.uniqueArray(label, { minLength: 1 }) });
    const runner = fc.record({ labels: fc.uniqueArray(label), idle: fc.boolean() });
    fc.assert(
      fc.property(fc.array(job), fc.array(runner), (jobList, runnerList) => {
        const jobs = jobList.map((item, id) => ({ ...item, id }));
        const runners = runnerList.map((item, id) => ({ ...item, id, name: `r${id}` }));
        const pairs = assign(jobs, runners);
        assert.equal(new Set(pairs.map((pair) => pair.runner.id)).size, pairs.length);
        assert.equal(new Set(pairs.map((pair) => pair.job)).size, pairs.length);
        for (const pair of pairs) {
          assert.ok(pair.runner.idle);
          assert.ok(matches(pair.runner, (jobs[pair.job] as (typeof jobs)[number]).labels));
        }
        const left = jobs.filter(({ id }) => !pairs.some((pair) => pair.job === id));
        const free = runners.filter(({ id, idle }) => idle && !pairs.some((pair) => pair.runner.id === id));
        assert.ok(!left.some((item) => free.some((candidate) => matches(candidate, item.labels))));
      }),
    );
  });
});

describe("a concurrency group", () => {
  const member = (id: string, state: GroupMember["state"], order: number): GroupMember => ({ id, state, order });
  const setting = (queue: "single" | "max", cancelInProgress = false) => ({ group: "g", cancelInProgress, queue });

  it("lets the oldest wait in and keeps the others out", () => {
    assert.equal(nextToStart([member("b", "pending", 2), member("a", "pending", 1)]), "a");
    assert.equal(nextToStart([member("a", "active", 1), member("b", "pending", 2)]), undefined);
  });

  it("displaces by its setting", () => {
    const others = [member("active", "active", 1), member("old", "pending", 2)];
    assert.deepEqual(displacedBy("new", setting("single"), others), ["old"]);
    assert.deepEqual(displacedBy("new", setting("max"), others), []);
    assert.deepEqual(displacedBy("new", setting("single", true), others), ["active", "old"]);
    const full = Array.from({ length: longestQueue }, (_, index) => member(`w${index}`, "pending", index));
    assert.deepEqual(displacedBy("new", setting("max"), full), ["new"]);
  });

  it("is read from text or mapping", () => {
    assert.deepEqual(readConcurrency("g"), setting("single"));
    assert.deepEqual(readConcurrency({ group: "g", queue: "max", "cancel-in-progress": true }), setting("max", true));
    assert.equal(readConcurrency(null), undefined);
    assert.throws(() => readConcurrency({ queue: "max" }), /needs a group/);
  });
});

describe("branches of an environment", () => {
  it("match as GitHub's patterns do", () => {
    assert.ok(matchesPattern("main", "main"));
    assert.ok(matchesPattern("release/*", "release/1.0"));
    assert.ok(!matchesPattern("release/*", "release/1/0"));
    assert.ok(matchesPattern("**/hotfix", "a/b/hotfix"));
    assert.ok(!matchesPattern("v?.?", "v10.0"));
    assert.ok(!matchesPattern("a.b", "axb"));
  });

  it("of a protected environment are the default branch, or those that are listed", () => {
    const run = { ref: "refs/heads/main", headBranch: "main" };
    const custom = { protectedBranches: false, customBranchPolicies: true };
    assert.ok(mayDeploy({ deploymentBranchPolicy: null, branchPolicies: [] }, run, "main"));
    assert.ok(
      mayDeploy(
        { deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false }, branchPolicies: [] },
        run,
        "main",
      ),
    );
    assert.ok(
      !mayDeploy(
        { deploymentBranchPolicy: custom, branchPolicies: [{ id: 1, name: "main", type: "tag" }] },
        run,
        "main",
      ),
    );
    assert.ok(
      mayDeploy(
        { deploymentBranchPolicy: custom, branchPolicies: [{ id: 1, name: "ma*", type: "branch" }] },
        run,
        "main",
      ),
    );
  });
});
