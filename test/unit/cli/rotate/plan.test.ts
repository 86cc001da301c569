import assert from "node:assert/strict";
import fc from "fast-check";
import {
  describe as words,
  planKeyRotation,
  refusedNewKey,
  secretName,
  type KeyRotation,
  type KeyStep,
} from "@ghrunners/cli/rotate/plan";

/** What the steps of a rotation change. GitHub's key is what jobs log in with. */
interface RotationState {
  next: string | undefined;
  published: boolean;
  proven: boolean;
  github: string;
  /** Whether the key that is to be published has logged in on every target. */
  tried: boolean;
  readonly targets: { name: string; keys: string[] }[];
}

const view = ({ next, published, proven, targets }: RotationState): KeyRotation => ({
  next,
  published,
  proven,
  targets,
});
const opens = (state: RotationState): boolean => state.targets.every(({ keys }) => keys.includes(state.github));

function happen(state: RotationState, step: KeyStep): void {
  const target = (name: string): RotationState["targets"][number] =>
    state.targets.find((entry) => entry.name === name)!;
  switch (step.step) {
    case "generate":
      Object.assign(state, { next: "new", published: false, proven: false, tried: false });
      break;
    case "authorise":
      target(step.target).keys.push(state.next!);
      break;
    case "try":
      assert.deepEqual(
        step.targets,
        state.targets.map(({ name }) => name),
      );
      assert.ok(
        state.targets.every(({ keys }) => keys.includes(state.next!)),
        "the new key was refused",
      );
      state.tried = true;
      break;
    case "publish":
      assert.ok(state.tried, "GitHub got a key that was never tried");
      Object.assign(state, { github: state.next, published: true });
      break;
    case "prove":
      assert.deepEqual(
        step.targets,
        state.targets.map(({ name }) => name),
      );
      assert.ok(
        state.targets.every(({ keys }) => keys.includes(state.next!)),
        "the new key was refused",
      );
      assert.equal(state.github, state.next, "the secret does not hold it yet");
      state.proven = true;
      break;
    case "retire":
      target(step.target).keys = target(step.target).keys.filter((key) => key === state.next);
      break;
    case "finish":
      Object.assign(state, { next: undefined, published: false, proven: false });
  }
}

const start = (count: number): RotationState => ({
  next: undefined,
  published: false,
  proven: false,
  github: "old",
  tried: false,
  targets: Array.from({ length: count }, (_, index) => ({ name: `t${index}`, keys: ["old"] })),
});

describe("rotation of a deploy key", () => {
  it("adds the new key, proves it, and then removes the old one", () => {
    assert.deepEqual(
      planKeyRotation(view(start(1))).map(({ step }) => step),
      ["generate", "authorise", "try", "publish", "prove", "retire", "finish"],
    );
  });

  it("interrupted anywhere and any number of times: GitHub's key opens every target, and the end is one new key", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 6 }),
        (count, cuts) => {
          const state = start(count);
          for (const cut of cuts) {
            for (const step of planKeyRotation(view(state)).slice(0, cut)) {
              if (step.step === "finish") break;
              happen(state, step);
              assert.ok(opens(state), `locked out after ${words(step, "job")}`);
            }
          }
          for (const step of planKeyRotation(view(state))) {
            happen(state, step);
            assert.ok(opens(state), `locked out after ${words(step, "job")}`);
          }
          for (const { keys } of state.targets) assert.deepEqual(keys, ["new"]);
          assert.equal(state.github, "new");
          assert.equal(state.next, undefined);
        },
      ),
    );
  });

  it("proves again where a target lost the new key", () => {
    const state: RotationState = { ...start(2), next: "new", published: true, proven: true, github: "new" };
    state.targets[0]!.keys.push("new");
    const steps = planKeyRotation(view(state)).map(({ step }) => step);
    assert.deepEqual(steps, ["authorise", "prove", "retire", "retire", "finish"]);
  });

  it("tries the new key again after an interruption, and says in words what a refusal of it means", () => {
    const state: RotationState = { ...start(1), next: "new" };
    state.targets[0]!.keys.push("new");
    const steps = planKeyRotation(view(state)).map(({ step }) => step);
    assert.deepEqual(steps, ["try", "publish", "prove", "retire", "finish"]);
    const words = refusedNewKey({ name: "app", user: "deploy" });
    assert.match(words, /^app refuses the login of deploy with the new key.+GitHub's secret still has the old key/);
    assert.doesNotMatch(words, /sshPrivateKey/);
  });

  it("takes a name as people write it", () => assert.equal(secretName("deploy-key"), "DEPLOY_KEY"));
});
