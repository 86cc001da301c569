import assert from "node:assert/strict";
import path from "node:path";
import * as queries from "@ghrunners/deploy/target/queries";
import { damages } from "../../../unit/deploy/support/damages";
import { InProcessExecutor } from "../../../unit/deploy/support/in-process";
import { LocalTarget } from "../../../unit/deploy/support/target";

/** What a release folder says of itself: the digest of the artefact that it was unpacked from, and of its files. */
describe("a release's own file that is damaged", function () {
  this.timeout(120_000);
  let target: LocalTarget;
  const agent = () => target.agent(undefined, new InProcessExecutor());
  beforeEach(() => (target = new LocalTarget()));
  afterEach(() => target.remove());

  for (const kind of Object.keys(damages))
    it(`stops no other deployment and no way back, and is named where that release is asked for: ${kind}`, async () => {
      await target.deploy(target.request("1"), agent());
      const file = path.join(target.root, "opt/demo/releases/1/.ghrunners-release.json");
      damages[kind]?.(file);
      const back = await target.deploy(target.request("2", { unhealthy: true }), agent());
      assert.deepEqual([back.deployment.outcome, target.whole()], ["rolled_back", "1"]);
      const again = target.request("1");
      assert.match((await queries.inspect(agent(), again)).problems.join(), /releases\/1 .*\.ghrunners-release\.json/);
      assert.equal((await target.deploy(again, agent())).deployment.outcome, "refused");
      assert.equal(target.whole(), "1");
      const next = await target.deploy(target.request("3"), agent());
      assert.deepEqual([next.deployment.outcome, target.whole()], ["succeeded", "3"]);
    });
});
