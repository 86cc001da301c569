import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import type { ProvenSettings } from "@ghrunners/components/resources/last-known-good";
import { provider } from "@ghrunners/components/resources/last-known-good";
import { provenSettings } from "@ghrunners/config/arguments/proven-settings";
import type { Settings } from "@ghrunners/config/parse";
import { changesTo, keptVersion, lastKnownGood, withChanges } from "@ghrunners/cli/rollback-runners/plan";
import { renderRollback } from "@ghrunners/cli/rollback-runners/render";
import { publishedSchema } from "../../../support/published-schema";

const proven: ProvenSettings = {
  agent: {
    version: "2.336.0",
    extraLabels: [],
    allowedEvents: ["push", "workflow_dispatch"],
    allowedRefs: ["refs/heads/*"],
  },
  proxmox: { templateId: 9000 },
  vm: { cores: 4, memoryMiB: 8192, user: "runner" },
};
const file = `# Production.
config:
  ghrunners:proxmox:
    endpoint: https://pve.example:8006/ # the cluster
    templateId: 9001
  ghrunners:githubToken:
    secure: v1:abc
  ghrunners:agent:
    version: 2.337.0
    sha256: ${"a".repeat(64)}
`;

describe("the rollback of the runners' settings", () => {
  it("changes every setting that differs, and no other", () => {
    const now: ProvenSettings = {
      ...proven,
      agent: { ...proven.agent, version: "2.337.0", sha256: "a".repeat(64), allowedEvents: ["push"] },
      proxmox: { templateId: 9001 },
    };
    assert.deepEqual(changesTo(proven, now), [
      { setting: "agent.version", now: "2.337.0", proven: "2.336.0" },
      { setting: "agent.allowedEvents", now: ["push"], proven: ["push", "workflow_dispatch"] },
      { setting: "agent.sha256", now: "a".repeat(64), proven: null },
      { setting: "proxmox.templateId", now: 9001, proven: 9000 },
    ]);
    assert.deepEqual(changesTo(proven, proven), []);
  });

  it("counts the version that the state keeps, where the settings name none", () => {
    const agent = { ...proven.agent, version: undefined };
    const release = (version: string) => [
      { urn: "", type: "pulumi-nodejs:dynamic/ghrunners:RunnerRelease", outputs: { version } },
    ];
    const changes = (kept: string) =>
      changesTo(
        proven,
        provenSettings({ ...proven, agent, runners: [] } as unknown as Settings, keptVersion(release(kept)) ?? ""),
      );
    assert.deepEqual(changes("2.336.0"), []);
    assert.deepEqual(changes("2.337.0"), [{ setting: "agent.version", now: "2.337.0", proven: "2.336.0" }]);
    assert.equal(keptVersion([]), undefined);
  });

  it("returns from another processor type to the usual one, and back", () => {
    const of = (cpuType: string): ProvenSettings =>
      provenSettings({ ...proven, vm: { ...proven.vm, cpuType }, runners: [] } as unknown as Settings, "");
    const [usual, v3] = [of("x86-64-v2-AES"), of("x86-64-v3")];
    assert.deepEqual(changesTo(proven, usual), []);
    assert.deepEqual(changesTo(usual, v3), [{ setting: "vm.cpuType", now: "x86-64-v3", proven: null }]);
    assert.deepEqual(changesTo(v3, usual), [{ setting: "vm.cpuType", now: null, proven: "x86-64-v3" }]);
  });

  it("is written into the file, whose other lines and comments stay", () => {
    const now = {
      ...proven,
      agent: { ...proven.agent, version: "2.337.0", sha256: "a".repeat(64) },
      proxmox: { templateId: 9001 },
    };
    const text = withChanges(file, changesTo(proven, now));
    assert.equal(
      text,
      file
        .replace("9001", "9000")
        .replace("2.337.0", "2.336.0")
        .replace(/ +sha256.*\n/, ""),
    );
  });

  it("leaves no difference once it is written, whatever was set", () => {
    const list = fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 3 });
    const any: fc.Arbitrary<ProvenSettings> = fc.record({
      agent: fc.record(
        {
          version: fc.stringMatching(/^\d\.\d{1,3}\.\d$/),
          sha256: fc.constant("b"),
          extraLabels: list,
          allowedEvents: list,
          allowedRefs: list,
        },
        { requiredKeys: ["version", "extraLabels", "allowedEvents", "allowedRefs"] },
      ),
      proxmox: fc.record({ templateId: fc.nat() }),
      vm: fc.record({ cores: fc.nat(), memoryMiB: fc.nat(), user: fc.stringMatching(/^[a-z]{1,5}$/) }),
    });
    fc.assert(
      fc.property(any, any, (was, is) => {
        const config = { "ghrunners:agent": is.agent, "ghrunners:proxmox": is.proxmox, "ghrunners:vm": is.vm };
        const text = withChanges(JSON.stringify({ config }), changesTo(was, is));
        const { config: after } = parse(text) as { config: Record<string, never> };
        const back = {
          agent: after["ghrunners:agent"],
          proxmox: after["ghrunners:proxmox"],
          vm: after["ghrunners:vm"],
        };
        assert.deepEqual(changesTo(was, back as unknown as ProvenSettings), []);
      }),
    );
  });

  it("is read from the state, and only where an update came to its end", () => {
    const type = "pulumi-nodejs:dynamic/ghrunners:LastKnownGood";
    const outputs = { settings: proven, provedAt: "2026-01-01T00:00:00Z" };
    assert.deepEqual(
      lastKnownGood([
        { urn: "a", type: "other" },
        { urn: "b", type, outputs },
      ]),
      outputs,
    );
    assert.equal(lastKnownGood([{ urn: "b", type }]), undefined);
    assert.equal(lastKnownGood([]), undefined);
  });

  it("is kept anew only when the settings are others", async () => {
    const old = { settings: proven, provedAt: "2026-01-01T00:00:00Z" };
    const other = { settings: { ...proven, proxmox: { templateId: 1 } } };
    assert.deepEqual(await provider.diff?.("id", old, { settings: proven }), { changes: false });
    assert.deepEqual(await provider.diff?.("id", old, other), { changes: true });
    assert.deepEqual((await provider.update?.("id", old, other))?.outs?.settings, other.settings);
  });

  it("is reported by its schema, with what is to be committed", () => {
    const report = {
      schema: "ghrunners.rollback-runners/1",
      stack: "production",
      provedAt: "2026-01-01T00:00:00Z",
      changes: [{ setting: "agent.version", now: "2.337.0", proven: "2.336.0" }],
      diff: "-a\n+b\n",
      applied: true,
      jobs: [{ runner: "runner-1", runId: 1, url: "https://github.example/1", conclusion: "success" }],
      problems: ["machine runner-2 is stopped"],
    } as const;
    const validate = addFormats(new Ajv()).compile(publishedSchema("rollback-runners"));
    assert.ok(validate(report), JSON.stringify(validate.errors));
    assert.equal(validate({ ...report, surprise: 1 }), false);
    const text = renderRollback(report);
    assert.match(text, /runner-1: job success/);
    assert.match(text, /machine runner-2 is stopped/);
    assert.match(text, /-a\n\+b\n\nNext: commit this change/);
    assert.match(renderRollback({ ...report, applied: false }), /Nothing was changed/);
  });
});
