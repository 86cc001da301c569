import assert from "node:assert/strict";
import { mock } from "node:test";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import type { EngineRun } from "@ghrunners/lab/driver/engine-run";

describe("the lab that a rehearsal file begins with", () => {
  afterEach(() => mock.restoreAll());

  /**
   * @param code exit code of the up that is to repair the lab
   * @param firing alerts that fire until the metrics are forgotten, and without which it is healthy
   */
  function labThatIs({ healthy, code = 0, firing = [] }: { healthy: boolean; code?: number; firing?: string[] }) {
    const up = mock.fn(async () => ({ code, output: "the words of the engine" }) as EngineRun);
    let alerts = firing;
    const forgetMetrics = mock.fn(async () => void (alerts = []));
    const status = async (): Promise<object> => ({ healthy: healthy && alerts.length === 0, monitoring: { alerts } });
    const lab = { status, up, forgetMetrics } as unknown as Rehearsal;
    mock.method(Rehearsal, "open", async () => lab);
    return { lab, up, forgetMetrics, close: mock.method(Rehearsal, "close", async () => undefined) };
  }

  it("is taken as it is when it is healthy", async () => {
    const { lab, up, close, forgetMetrics } = labThatIs({ healthy: true });
    assert.equal(await Rehearsal.ready(), lab);
    assert.deepEqual(
      [up, close, forgetMetrics].map((each) => each.mock.callCount()),
      [0, 0, 0],
    );
  });

  it("forgets what alerts count when one fires, which no up ends", async () => {
    const { lab, up, close, forgetMetrics } = labThatIs({ healthy: true, firing: ["DeploymentFailure"] });
    assert.equal(await Rehearsal.ready(), lab);
    assert.deepEqual(
      [up, close, forgetMetrics].map((each) => each.mock.callCount()),
      [0, 0, 1],
    );
  });

  it("is repaired by an up that looks at everything when it is not healthy", async () => {
    const { lab, up, close } = labThatIs({ healthy: false });
    assert.equal(await Rehearsal.ready(), lab);
    assert.deepEqual(
      up.mock.calls.map((call) => call.arguments as unknown[]),
      [[{}, "--refresh"]],
    );
    assert.equal(close.mock.callCount(), 0);
  });

  it("is taken down when the up fails, so that the next file begins with a new one, and the error has the up's words", async () => {
    const { close } = labThatIs({ healthy: false, code: 255 });
    await assert.rejects(Rehearsal.ready(), /the lab was taken down:\nthe words of the engine/);
    assert.equal(close.mock.callCount(), 1);
  });
});
