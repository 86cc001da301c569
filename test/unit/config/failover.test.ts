import assert from "node:assert/strict";
import { failoverLacks, hasFailover } from "@ghrunners/config/failover";
import type { Settings } from "@ghrunners/config/parse";

type Deciding = Parameters<typeof failoverLacks>[0];

describe("why a stack runs no failover switch", () => {
  const monitoring = { fleetExporter: true } as Settings["monitoring"];
  const whole: Deciding = { monitoring, hosts: "manage", failoverToken: "github_pat_x" };
  const cases: readonly [lacks: string, part: Partial<Deciding>, words: RegExp][] = [
    ["hosts", { hosts: "skip" }, /machines only \(hosts: skip\)\.$/],
    ["a monitoring host", { monitoring: undefined, failoverToken: undefined }, /the stack has none\. Next: docs\//],
    [
      "the fleet exporter",
      { monitoring: { fleetExporter: false } as Settings["monitoring"], failoverToken: undefined },
      /monitoring\.fleetExporter is false\)\. Next: docs\//,
    ],
    ["its token", { failoverToken: undefined }, /Next: pulumi config set --secret ghrunners:failoverToken, then/],
  ];
  for (const [lacks, part, words] of cases)
    it(`is that it lacks ${lacks}, and the token is named only where it is what is missing`, () => {
      const said = failoverLacks({ ...whole, ...part }) ?? "";
      assert.match(said, words);
      assert.equal(said.includes("failoverToken"), lacks === "its token");
      assert.equal(hasFailover({ ...whole, ...part }), false);
    });

  it("is nothing where it runs one", () => {
    assert.equal(failoverLacks(whole), undefined);
    assert.ok(hasFailover(whole));
  });
});
