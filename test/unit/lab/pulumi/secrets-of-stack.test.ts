import assert from "node:assert/strict";
import { secretsOfStack } from "@ghrunners/lab/pulumi/secrets-of-stack";

const random = { name: "SESSION_SECRET", source: { kind: "random" } };
const key = { name: "DEPLOY_KEY", source: { kind: "ssh-key" } };
const own = { name: "MY_KEY", source: { kind: "ssh-key" } };
const template = { "ghrunners:secrets": [random, key] };

const namesOf = (config: Record<string, unknown>, hasTarget: boolean): string[] =>
  ((secretsOfStack(config, template, hasTarget)["ghrunners:secrets"] ?? []) as { name: string }[]).map(
    ({ name }) => name,
  );

describe("the secrets of a lab's stack", () => {
  it("have no deploy key before the machine that it opens", () => {
    assert.deepEqual(namesOf(template, false), ["SESSION_SECRET"]);
  });

  it("have it once the machine is there, also in a stack file that was without", () => {
    assert.deepEqual(namesOf(template, true), ["SESSION_SECRET", "DEPLOY_KEY"]);
    assert.deepEqual(namesOf({ "ghrunners:secrets": [random] }, true), ["SESSION_SECRET", "DEPLOY_KEY"]);
  });

  it("keep a key that was made when its machine is removed", () => {
    const made = { ...template, "ghrunners:secretValues": { DEPLOY_KEY: { secure: "v1:x" } } };
    assert.deepEqual(namesOf(made, false), ["SESSION_SECRET", "DEPLOY_KEY"]);
  });

  it("keep what a user declared", () => {
    assert.deepEqual(namesOf({ "ghrunners:secrets": [own] }, false), ["MY_KEY"]);
  });

  it("are left out where neither file has any", () => {
    assert.deepEqual(secretsOfStack({}, {}, true), {});
  });
});
