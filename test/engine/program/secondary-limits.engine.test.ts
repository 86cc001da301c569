import assert from "node:assert/strict";
import { adminRequest } from "@ghrunners/lab/admin";
import type { StackSettings } from "@ghrunners/lab/driver/engine-run";
import { type SecondaryReport, secondaryLimits } from "@ghrunners/lab/github/http/secondary-limits";
import { socketOf } from "@ghrunners/lab/service";
import { first as complete } from "../../unit/program/repository-settings";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

/**
 * A GitHub that refuses what is beyond its limits an hour and its secondary ones. One account has all tokens here, as
 * where a person runs everything.
 */
describe("a stack within GitHub's secondary limits", function () {
  this.timeout(240_000);
  let lab: ApiOnlyLab;
  const settings: StackSettings = { ...complete, secrets: "[]" };

  before(async () => {
    lab = await apiOnlyLab("fast", undefined, (usual) => ({ ...usual, refusesBeyondLimit: true }));
  });
  after(() => lab.close());

  const reports = async (): Promise<[string, SecondaryReport][]> =>
    Object.entries(
      (await adminRequest(socketOf(lab.rehearsal.lab.instance, "github"), "GET", "/_lab/limits")).body as Record<
        string,
        SecondaryReport
      >,
    );

  /** Nothing was refused, and there is room for other tools of the same account. */
  async function isWithin(): Promise<void> {
    const seen = await reports();
    assert.ok(seen.some(([, { highest }]) => highest.pointsAMinute > 0));
    for (const [login, { refused, highest }] of seen) {
      assert.equal(refused, 0, login);
      const most = JSON.stringify(highest);
      assert.ok(highest.concurrent <= secondaryLimits.concurrent / 2, `${login}: ${most}`);
      assert.ok(highest.pointsAMinute <= secondaryLimits.pointsAMinute, `${login}: ${most}`);
      assert.ok(highest.contentAMinute <= secondaryLimits.contentAMinute, `${login}: ${most}`);
    }
  }

  it("is made, refreshed, looked at and destroyed without a refusal", async () => {
    for (const args of [["up"], ["up", "--refresh", "--expect-no-changes"], ["preview"]]) {
      const run = await lab.rehearsal.pulumi(args, settings);
      assert.equal(run.code, 0, run.output);
    }
    for (const line of [["status"], ["doctor"], ["drift"]]) {
      const run = await lab.rehearsal.run(["ghrunners", ...line]);
      assert.doesNotMatch(run.all, /rate limit/i, line.join(" "));
    }
    await isWithin();
    const destroyed = await lab.rehearsal.pulumi(["destroy"], settings);
    assert.equal(destroyed.code, 0, destroyed.output);
    await isWithin();
  });
});
