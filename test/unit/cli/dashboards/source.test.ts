import assert from "node:assert/strict";
import { environmentAt, sourceOf } from "@ghrunners/cli/dashboards/source";
import { monitoring as schema } from "@ghrunners/config/monitoring";

const monitoring = schema.parse({ host: "192.0.2.200", user: "operator", hostKey: "ssh-ed25519 AAAA" });
const settings = { monitoring, hosts: "manage", environment: "production" } as const;
const own = { name: "acme", settings };
const url = "http://192.0.2.200:9090";

describe("the source of the dashboards", () => {
  it("is the stack's Prometheus and the stack's environment, though others have targets there", () => {
    const source = sourceOf({}, own);
    assert.deepEqual(source, { url, environment: "production" });
    assert.equal(environmentAt(source, ["acceptance", "production"]), "production");
  });

  it("is another environment where that is asked for", () => {
    assert.deepEqual(sourceOf({ environment: "staging" }, own), { url, environment: "staging" });
  });

  it("is the first environment of a Prometheus that is named without a stack", () => {
    const prometheus = "http://192.0.2.9:9090";
    assert.equal(environmentAt(sourceOf({ prometheus }, undefined), ["acceptance", "production"]), "acceptance");
    assert.deepEqual(sourceOf({ prometheus }, own), { url: prometheus, environment: "production" });
  });

  it("is refused where the environment has no targets, as those of another stack say nothing about it", () => {
    assert.throws(
      () => environmentAt(sourceOf({}, own), ["acceptance"]),
      /has targets of acceptance, expected production\./,
    );
    assert.throws(() => environmentAt(sourceOf({}, own), []), /has targets of no environment, expected production\./);
    const unnamed = sourceOf({ prometheus: url }, undefined);
    assert.throws(() => environmentAt(unnamed, []), /has targets of no environment, expected at least one\./);
  });

  it("is refused where the stack has no monitoring host", () => {
    const bare = { name: "acme", settings: { ...settings, monitoring: undefined } };
    assert.throws(() => sourceOf({}, bare), /The stack acme has no monitoring host\. Expected the group/);
  });
});
