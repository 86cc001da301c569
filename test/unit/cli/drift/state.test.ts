import assert from "node:assert/strict";
import { stackState } from "@ghrunners/cli/drift/state";
import type { StateResource } from "@ghrunners/cli/drift/state-values";

const secret = (value: unknown): unknown => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const resources: StateResource[] = [
  {
    urn: "urn:x::deployment-secret-API",
    type: "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
    inputs: { secretName: "API", value: secret("planted") },
    outputs: { updatedAt: "2026-11-22 08:36:42 +0000 UTC" },
  },
  {
    urn: "urn:x::install",
    type: "command:remote:Command",
    inputs: { connection: secret({ host: "192.0.2.51" }) },
    outputs: { stdout: secret("runner 2.336.0, configuration 0123456789ab\n") },
  },
  { urn: "urn:vm", type: "proxmoxve:index/vmLegacy:VmLegacy", inputs: { name: "one" } },
  {
    urn: "urn:x::registered",
    type: "pulumi-nodejs:dynamic/ghrunners:RegisteredRunner",
    inputs: {
      runnerName: "one",
      runnerId: 7,
      labels: ["production"],
      unit: "one.service",
      host: { host: "192.0.2.51", user: "runner", hostKey: "ssh-ed25519 AAAA" },
    },
  },
];

describe("state of a stack, as drift reads it", () => {
  it("knows the installed configuration and the machine of a runner", () => {
    const [runner] = stackState(resources).runners;
    assert.deepEqual([runner?.id, runner?.configuration, runner?.machine], [7, "0123456789ab", "urn:vm"]);
  });

  it("takes names and times of secrets, and no value", () => {
    const state = stackState(resources);
    assert.deepEqual(state.secrets, [
      { scope: "environment", urn: "urn:x::deployment-secret-API", name: "API", updatedAt: "2026-11-22T08:36:42Z" },
    ]);
    assert.ok(!JSON.stringify(state).includes("planted"));
  });

  it("expects nothing of a stack that made nothing", () => {
    const state = stackState([]);
    assert.deepEqual(
      [state.environment, state.repository, state.runners, state.monitoring],
      [undefined, undefined, [], undefined],
    );
  });
});
