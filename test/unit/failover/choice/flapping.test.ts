import assert from "node:assert/strict";
import fc from "fast-check";
import { choose, type ChoiceHistory, type GateDecision, remember } from "@ghrunners/failover/choice/choose";
import { mayDeploy, type RunnerSeen } from "@ghrunners/failover/choice/judge";
import { type GitHubFixture, type HostFixture, policy, runner } from "./support/runners";

const start = Date.parse("2026-01-01T00:00:00Z");
const TICK = 5;
const { recoverySeconds, settleSeconds } = policy;

/** Decisions about observations, one every 5 s. */
function play(observations: readonly (readonly RunnerSeen[])[]): GateDecision[] {
  let memory: ChoiceHistory | undefined;
  return observations.map((seen, tick) => {
    const decision = choose(seen, policy, new Date(start + tick * TICK * 1000), memory);
    memory = remember(decision, memory);
    return decision;
  });
}

const both: readonly RunnerSeen[] = [runner("primary"), runner("secondary")];
const primaryDown: readonly RunnerSeen[] = [runner("primary", null), runner("secondary")];
const bothDown: readonly RunnerSeen[] = [runner("primary", null), runner("secondary", null)];
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const chosen = (decisions: readonly GateDecision[]): (string | null)[] => decisions.map((each) => each.runner);

describe("a choice that does not flap", () => {
  it("fails over at once, and goes back when the primary has been healthy for the recovery time", () => {
    const decisions = play([both, primaryDown, ...times(13, both)]);
    assert.deepEqual(chosen(decisions), ["primary", ...times(13, "secondary"), "primary"]);
    assert.match(decisions[2]?.explanation ?? "", /primary primary: healthy, taken in 60 s if it stays so/);
    assert.equal(decisions[12]?.cause, "host_unreachable", "what began the failover stays its reason");
    assert.equal(decisions[14]?.cause, null);
  });

  it("changes once for a primary that comes and goes faster than that", () => {
    const decisions = play(times(20, [primaryDown, both, both]).flat());
    assert.deepEqual(new Set(chosen(decisions)), new Set(["secondary"]));
    const flapping = play([both, ...times(20, [primaryDown, both, both]).flat()]);
    assert.deepEqual(chosen(flapping), ["primary", ...times(60, "secondary")]);
  });

  it("takes a primary that was not registered as it comes", () => {
    const absent = [runner("primary", {}, { status: "unregistered" }), runner("secondary")];
    assert.deepEqual(chosen(play([absent, absent, both])), ["secondary", "secondary", "primary"]);
  });

  it("goes back at once when the secondary fails", () => {
    const secondaryDown = [runner("primary"), runner("secondary", null)];
    assert.deepEqual(chosen(play([primaryDown, both, secondaryDown])), ["secondary", "secondary", "primary"]);
  });

  it("ends a refusal when a runner has been usable for the settling time", () => {
    const decisions = play([bothDown, both, both, both]);
    assert.deepEqual(chosen(decisions), [null, null, null, "primary"]);
    assert.match(decisions[1]?.explanation ?? "", /healthy, taken in 10 s if it stays so/);
  });

  it("keeps a degraded primary until a secondary has proved itself", () => {
    const doubt = runner("primary", { diskUsedPercent: 99 });
    const decisions = play([[doubt, runner("secondary", null)], ...times(14, [doubt, runner("secondary")])]);
    assert.deepEqual(chosen(decisions), [...times(13, "primary"), ...times(2, "secondary")]);
  });

  const host = fc.option(
    fc.record({
      ageSeconds: fc.integer({ min: 0, max: 30 }),
      serviceActive: fc.option(fc.boolean()),
      listenerConnected: fc.option(fc.boolean()),
      diskUsedPercent: fc.option(fc.integer({ min: 0, max: 100 })),
      inodesUsedPercent: fc.option(fc.integer({ min: 0, max: 100 })),
      unusableFolders: fc.option(fc.subarray(["_diag", "_work"])),
      sshActive: fc.option(fc.boolean()),
      sudoUsable: fc.option(fc.boolean()),
      version: fc.constantFrom("2.300.0", "2.336.0", null),
    }),
  );
  const github = fc.option(
    fc.record({
      ageSeconds: fc.integer({ min: 0, max: 150 }),
      status: fc.constantFrom("online", "offline", "unregistered"),
      busy: fc.boolean(),
      oldestQueuedSeconds: fc.option(fc.integer({ min: 0, max: 600 })),
      suspectAfterFailures: fc.option(fc.integer({ min: 3, max: 9 })),
      versionEndsInSeconds: fc.option(fc.integer({ min: -1, max: 1_000_000 })),
    }),
  );
  const usually = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
  const maintenance = usually<RunnerSeen["maintenance"]>(
    null,
    fc.constantFrom({ until: "2027-01-01T00:00:00Z", reason: "disk" }, { problem: "no JSON" }),
  );
  const observation = fc
    .tuple(
      usually<Partial<HostFixture> | null>({}, host),
      usually<Partial<GitHubFixture> | null>({}, github),
      maintenance,
      usually<Partial<HostFixture> | null>({}, host),
      usually<Partial<GitHubFixture> | null>({}, github),
      maintenance,
    )
    .map(([h1, g1, m1, h2, g2, m2]) => [
      { ...runner("primary", h1, g1), maintenance: m1 },
      { ...runner("secondary", h2, g2), maintenance: m2 },
    ]);

  it("never calls a runner healthy of which something is not known", () => {
    fc.assert(
      fc.property(observation, (seen) => {
        const decision = choose(seen, policy, new Date(start));
        for (const [index, { grade }] of decision.runners.entries()) {
          if (grade !== "healthy") continue;
          const { host: own, github: theirs, maintenance: out } = seen[index] as RunnerSeen;
          assert.ok(own !== null && theirs !== null && out === null);
          assert.ok(own.ageSeconds <= policy.maximumHostAgeSeconds);
          assert.ok(theirs.ageSeconds <= policy.maximumGithubAgeSeconds);
          assert.deepEqual([own.serviceActive, own.listenerConnected, theirs.status], [true, true, "online"]);
          assert.deepEqual([own.unusableFolders, own.sshActive, own.sudoUsable], [[], true, true]);
          assert.ok(own.inodesUsedPercent !== null && own.inodesUsedPercent <= policy.maximumDiskPercent);
          assert.ok(own.version !== null && own.diskUsedPercent !== null && theirs.oldestQueuedSeconds !== null);
        }
      }),
    );
  });

  it("never chooses an unusable runner, and leaves a working runner only for a proven one", () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 60 }), (observations) => {
        const decisions = play(observations);
        for (const [tick, decision] of decisions.entries()) {
          const of = (name: string | null) => decision.runners.find((each) => each.name === name);
          const own = of(decision.runner);
          assert.notEqual(own?.grade, "unusable");
          if (own?.role === "secondary" && own.grade !== "healthy") {
            assert.deepEqual([own.grade, own.cause, own.reasons.length], ["degraded", "failed_jobs", 1]);
          }
          const before = decisions[tick - 1];
          if (before === undefined) continue;
          const since = (is: (grade: string) => boolean): number => {
            let length = 0;
            while (
              length <= tick &&
              is(decisions[tick - length]?.runners.find(({ name }) => name === own?.name)?.grade ?? "")
            )
              length += 1;
            return (length - 1) * TICK;
          };
          if (decision.runner === null) {
            const candidate = decision.runners.find(mayDeploy);
            if (candidate !== undefined) assert.equal(before.runner, null, "a hold never makes a refusal");
          } else if (before.runner === null) {
            assert.ok(since((grade) => grade !== "unusable") >= settleSeconds);
          } else if (before.runner !== decision.runner) {
            const left = of(before.runner);
            if (left !== undefined && mayDeploy(left) && before.cause !== "not_registered")
              assert.ok(since((grade) => grade === "healthy") >= recoverySeconds);
          }
        }
      }),
    );
  });

  it("leaves a primary and comes back at most once in a recovery time while the secondary is healthy", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), (ups) => {
        const names = chosen(play(ups.map((up) => (up ? both : primaryDown))));
        const returns = names.filter((name, tick) => name === "primary" && tick > 0 && names[tick - 1] === "secondary");
        assert.ok(returns.length <= (names.length * TICK) / recoverySeconds);
      }),
    );
  });
});
