import assert from "node:assert/strict";
import fc from "fast-check";
import {
  describe as words,
  planKeyRotation,
  secretName,
  type KeyRotation,
  type KeyStep,
} from "@ghrunners/cli/rotate/plan";

/** A world in which the steps of a rotation happen. GitHub's key is what jobs log in with. */
interface World {
  next: string | undefined;
  published: boolean;
  proven: boolean;
  github: string;
  readonly targets: { name: string; keys: string[] }[];
}

const view = ({ next, published, proven, targets }: World): KeyRotation => ({ next, published, proven, targets });
const opens = (world: World): boolean => world.targets.every(({ keys }) => keys.includes(world.github));

function happen(world: World, step: KeyStep): void {
  const target = (name: string): World["targets"][number] => world.targets.find((entry) => entry.name === name)!;
  switch (step.step) {
    case "generate":
      Object.assign(world, { next: "new", published: false, proven: false });
      break;
    case "authorise":
      target(step.target).keys.push(world.next!);
      break;
    case "publish":
      Object.assign(world, { github: world.next, published: true });
      break;
    case "prove":
      assert.deepEqual(
        step.targets,
        world.targets.map(({ name }) => name),
      );
      assert.ok(
        world.targets.every(({ keys }) => keys.includes(world.next!)),
        "the new key was refused",
      );
      assert.equal(world.github, world.next, "the secret does not hold it yet");
      world.proven = true;
      break;
    case "retire":
      target(step.target).keys = target(step.target).keys.filter((key) => key === world.next);
      break;
    case "finish":
      Object.assign(world, { next: undefined, published: false, proven: false });
  }
}

const start = (count: number): World => ({
  next: undefined,
  published: false,
  proven: false,
  github: "old",
  targets: Array.from({ length: count }, (_, index) => ({ name: `t${index}`, keys: ["old"] })),
});

describe("rotation of a deploy key", () => {
  it("adds the new key, proves it, and then removes the old one", () => {
    assert.deepEqual(
      planKeyRotation(view(start(1))).map(({ step }) => step),
      ["generate", "authorise", "publish", "prove", "retire", "finish"],
    );
  });

  it("interrupted anywhere and any number of times: GitHub's key opens every target, and the end is one new key", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 6 }),
        (count, cuts) => {
          const world = start(count);
          for (const cut of cuts) {
            for (const step of planKeyRotation(view(world)).slice(0, cut)) {
              if (step.step === "finish") break;
              happen(world, step);
              assert.ok(opens(world), `locked out after ${words(step, "job")}`);
            }
          }
          for (const step of planKeyRotation(view(world))) {
            happen(world, step);
            assert.ok(opens(world), `locked out after ${words(step, "job")}`);
          }
          for (const { keys } of world.targets) assert.deepEqual(keys, ["new"]);
          assert.equal(world.github, "new");
          assert.equal(world.next, undefined);
        },
      ),
    );
  });

  it("proves again where a target lost the new key", () => {
    const world: World = { ...start(2), next: "new", published: true, proven: true, github: "new" };
    world.targets[0]!.keys.push("new");
    const steps = planKeyRotation(view(world)).map(({ step }) => step);
    assert.deepEqual(steps, ["authorise", "prove", "retire", "retire", "finish"]);
  });

  it("takes a name as people write it", () => assert.equal(secretName("deploy-key"), "DEPLOY_KEY"));
});
