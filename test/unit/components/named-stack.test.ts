import assert from "node:assert/strict";
import { refusingInWords, workOnStack } from "@ghrunners/components/resources/named-stack";
import { provider } from "@ghrunners/components/resources/registry";
import { inputs } from "./preflight/observations";

describe("what dynamic resources report", () => {
  const failing = refusingInWords("Preflight", {
    check: async () => ({
      inputs: {},
      failures: [{ property: "", reason: "no node x. Next: pulumi config set --path 'ghrunners:proxmox.node' NODE" }],
    }),
    create: async () => Promise.reject(Object.assign(new Error("it is gone. Next: pulumi up"), { id: "half-made" })),
  });
  const reasons = async (): Promise<string[]> =>
    ((await failing.check?.({}, {}))?.failures ?? []).map(({ reason }) => reason);

  beforeEach(() => workOnStack(undefined));
  after(() => workOnStack(undefined));

  it("names the stack in its commands once the preflight has said which one it is", async () => {
    assert.deepEqual(await reasons(), ["no node x. Next: pulumi config set --path 'ghrunners:proxmox.node' NODE"]);
    workOnStack("acme");
    assert.deepEqual(await reasons(), [
      "no node x. Next: pulumi config set --stack acme --path 'ghrunners:proxmox.node' NODE",
    ]);
    await assert.rejects(failing.create({}), { message: "it is gone. Next: pulumi up --stack acme", id: "half-made" });
  });

  it("has only the methods that it had: Pulumi replaces those that are missing", () => {
    assert.deepEqual(Object.keys(failing).sort(), ["check", "create"]);
  });

  it("takes a state without the stack's name for unchanged", async () => {
    const before = Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== "stack"));
    const preflight = provider("Preflight");
    assert.deepEqual(await preflight.diff?.("preflight", before, inputs), { changes: false });
    assert.deepEqual(await preflight.diff?.("preflight", before, { ...inputs, diskGiB: 11 }), { changes: true });
  });
});
