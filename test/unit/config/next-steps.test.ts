import assert from "node:assert/strict";
import { commandFor } from "@ghrunners/config/documentation";
import { parseConfiguration, type ParseResult } from "@ghrunners/config/parse";
import type { Problem } from "@ghrunners/config/problem";
import { good, patched, raw, runners, secrets } from "./support/settings";

type Values = Record<string, unknown>;

const host = { host: "192.0.2.200", user: "operator", hostKey: "ssh-ed25519 AAAA" };
const delivery = { name: "delivery-1", vmId: 159, address: "192.0.2.59" };
const app = { name: "app", address: "192.0.2.60", hostKey: "ssh-ed25519 AAAA" };
const secret = (changes: object = {}) => ({
  name: "TOKEN",
  owner: "o",
  purpose: "p",
  source: { kind: "random" },
  ...changes,
});
const third = { role: "primary", name: "three", vmId: 153, address: "192.0.2.53" };
const managed = { branches: ["main"] };

/** Each configuration has problems; what their next steps lead to is compared with the same check. */
const wrong: Record<string, Values> = {
  "an unknown group": { procmox: {} },
  "an unknown setting": { vm: { corse: 1 } },
  "text in the place of a group": { vm: "big" },
  "a number in the place of a group": { vm: 5, monitoring: 5 },
  "an object in the place of a list": { runners: {}, agent: { extraLabels: {} } },
  "text in the place of an entry": { targets: ["app"] },
  "an empty list": { runners: [], agent: { allowedRefs: [], allowedEvents: [] } },
  "malformed entries of lists": {
    agent: { allowedRefs: ["main"], allowedEvents: ["-"], extraLabels: ["a b"] },
    deployment: { branches: ["a b"], tags: ["a b"] },
    network: { ...(good.network as object), nameservers: ["x"], closed: ["x"], egress: [{ to: "x", ports: "x" }] },
  },
  "too many reviewers": { deployment: { ...managed, reviewers: [..."abcdefg"] } },
  "names that GitHub refuses": { deployment: { ...managed, variables: { "lower-case": "x" } } },
  "a node that is no name": patched("proxmox", { templates: { "Bad Node": 9001 } }),
  "a template that is no number": patched("proxmox", { templates: { pve2: "x" } }),
  "an override that is a flag": { safety: { force: "yes", allowOneNode: true, protect: "yes" } },
  "half a secret": { secrets: [{ name: "TOKEN" }] },
  "values out of range": { vm: { cores: 0, user: "root" }, smoke: { timeoutSeconds: 1 }, hosts: "maybe" },
  "a malformed gateway": patched("network", { gateway: "x", prefixLength: 99, adminCidr: "0.0.0.0/0" }),
  "malformed runners": runners({ role: "x", name: "X", vmId: 1, address: "x" }, { role: "x", node: "X" }),
  "runners without values": { runners: [{}, {}] },
  "no role of the second": runners({}, { role: undefined }),
  "a monitoring host without anything": { monitoring: {} },
  "an image without a checksum": patched("proxmox", { templateId: undefined, image: {} }),
  "no template": patched("proxmox", { templateId: undefined }),
  "two templates": patched("proxmox", { image: { url: "https://x.example/a", checksum: "0".repeat(128) } }),
  "a template of the usual node": patched("proxmox", { templates: { pve1: 9001 } }),
  "no template of another node": runners({}, { node: "pve2" }),
  "two primaries": runners({}, { role: "primary" }),
  "three primaries": { runners: [...(runners({}, { role: "primary" }).runners as object[]), third] },
  "no primary": runners({ role: "secondary" }),
  "a pool of the same values": runners({}, { name: "one", vmId: 151, address: "192.0.2.51" }),
  "the example's values twice": runners(
    { name: "runner-1", vmId: 151, address: "192.0.2.51" },
    { name: "runner-1", vmId: 151, address: "192.0.2.51" },
  ),
  "the template's VMID": runners({ vmId: 9000 }),
  "an address outside the subnet": runners({ address: "192.168.0.51" }),
  "the gateway's address": runners({ address: "192.0.2.1" }),
  "too long a name": {
    ...patched("github", { repository: `o/${"r".repeat(100)}` }),
    ...runners({ name: "n".repeat(60) }),
  },
  "labels that are there already": { agent: { extraLabels: ["Linux", "gpu", "GPU", "test"] } },
  "a label of the delivery runner": { deliveryRunner: delivery, agent: { extraLabels: ["Delivery", "gpu", "linux"] } },
  "an environment of the delivery runner": { deliveryRunner: delivery, environment: "delivery" },
  "a delivery runner with a runner's values": { deliveryRunner: { name: "one", vmId: 152, address: "192.0.2.51" } },
  "half a pinned archive": {
    agent: { sha256: "0".repeat(64) },
    deliveryRunner: { ...delivery, pulumi: { downloadUrl: "https://mirror.example/a" } },
  },
  "no receiver": { monitoring: { ...host, alertmanager: { manage: true } } },
  "an environment for every ref": { deployment: {} },
  "production without reviewers": { environment: "production", deployment: managed },
  "secrets and targets of one name": { deployment: managed, secrets: [secret(), secret()], targets: [app, app] },
  "an unknown target": {
    deployment: managed,
    targets: [{ ...app, name: "web" }],
    secrets: [secret({ source: { kind: "ssh-key", targets: ["app"] } })],
  },
  "no target": { deployment: managed, targets: [app], secrets: [secret({ source: { kind: "ssh-key" } })] },
  "no target at all": { deployment: managed, secrets: [secret({ source: { kind: "ssh-key" } })] },
  "targets of a random secret": {
    deployment: managed,
    secrets: [secret({ source: { kind: "random", targets: ["x", "y"] } })],
  },
  "secrets that the stack does not manage": { secrets: [secret(), secret({ name: "OTHER", scope: "repository" })] },
  "a generation of no secret": { secretGenerations: { OTHER: 2 } },
};

const read = (values: Values): ParseResult => parseConfiguration(raw(values, Object.keys(secrets)));
const problemsIn = (result: ParseResult): readonly Problem[] => ("problems" in result ? result.problems : []);
const nextOf = ({ path, next }: Problem): string => next ?? commandFor(path);

/** What `pulumi config set --path` makes of a word: numbers and booleans as such, quoting taken off. */
function valueOf(word: string): unknown {
  const text = word.replace(/^(['"])(.*)\1$/, "$2");
  return /^(\d+|true|false)$/.test(text) ? (JSON.parse(text) as unknown) : text;
}

/** Does what `pulumi config set` and `pulumi config rm` do. */
function change(values: Values, path: string, act: (at: Values, last: string) => void): void {
  const parts = path.split(/[.[\]]+/).filter((part) => part !== "");
  let at = values;
  for (const [index, part] of parts.slice(0, -1).entries()) {
    at[part] ??= /^\d+$/.test(parts[index + 1] ?? "") ? [] : {};
    at = at[part] as Values;
  }
  act(at, parts.at(-1) ?? "");
}

/** @returns whether the step was a command that is complete as it stands */
function perform(values: Values, step: string): boolean {
  const [, verb, quoted, plain, word = ""] =
    /^pulumi config (set|rm) (?:--path 'ghrunners:([^']+)'|ghrunners:(\S+)) ?(.*)$/.exec(step) ?? [];
  const path = quoted ?? plain ?? "";
  if (verb === "rm")
    change(values, path, (at, last) => (Array.isArray(at) ? at.splice(Number(last), 1) : delete at[last]));
  else if (verb === "set") change(values, path, (at, last) => (at[last] = valueOf(word)));
  return verb !== undefined;
}

describe("the next step of a problem of the configuration", () => {
  for (const [what, values] of Object.entries(wrong)) {
    it(`sets nothing that the same check refuses again: ${what}`, () => {
      const before = problemsIn(read(values));
      assert.notEqual(before.length, 0);
      const after = structuredClone({ ...good, ...values });
      const open = before.filter((problem) => {
        const step = nextOf(problem);
        assert.ok(
          !/[<>]/.test(step.replace(/'[^']*'/g, "")) || step.includes("--secret"),
          `the shell redirects: ${step}`,
        );
        // Only the reader knows the value, or which of two to keep.
        if (/'<.*>'$|\.\.\."?$|, or /.test(step)) return true;
        return step.includes("--secret") || !perform(after, step);
      });
      const key = ({ path, allowed }: Problem) => `${path}: ${allowed}`;
      const [done, left] = [before.filter((problem) => !open.includes(problem)).map(key), problemsIn(read(after))];
      assert.deepEqual(
        left.filter((problem) => done.includes(key(problem))),
        [],
      );
    });
  }

  it("takes a surplus primary back, and removes an override instead of writing its words", () => {
    const steps = (values: Values) => problemsIn(read(values)).map(nextOf);
    assert.deepEqual(steps(wrong["two primaries"] ?? {}), [
      "pulumi config set --path 'ghrunners:runners[1].role' secondary",
    ]);
    assert.deepEqual(steps(wrong["three primaries"] ?? {}), [
      "pulumi config set --path 'ghrunners:runners[1].role' secondary",
      "pulumi config set --path 'ghrunners:runners[2].role' secondary",
    ]);
    assert.deepEqual(steps(wrong["an address outside the subnet"] ?? {}), [
      "pulumi config set --path 'ghrunners:runners[0].address' '<address>'",
    ]);
    assert.deepEqual(steps({ safety: { force: "yes" } }), ["pulumi config rm --path 'ghrunners:safety.force'"]);
    assert.deepEqual(steps({ vm: "big" }), ["pulumi config rm ghrunners:vm"]);
  });
});
