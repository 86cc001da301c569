import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { metricsFrom } from "@ghrunners/monitoring/all-metrics";
import * as commands from "@ghrunners/deploy/target/commands";
import { choose } from "@ghrunners/failover/choice/choose";
import { policy, runner } from "../../failover/choice/support/runners";
import { InProcessExecutor } from "../support/in-process";
import { LocalTarget } from "../support/target";
import { publishedSchema } from "../../../support/published-schema";

const ajv = addFormats(new Ajv({ allErrors: true }));
function conforms(kind: string, record: unknown): void {
  const validate = ajv.compile(publishedSchema(kind));
  const plain: unknown = JSON.parse(JSON.stringify(record));
  assert.ok(validate(plain), `${kind}: ${ajv.errorsText(validate.errors)}`);
  // The schema can say no.
  assert.equal(validate({ ...(plain as object), surprise: 1 }), false);
}

describe("records", function () {
  this.timeout(30_000);
  let target: LocalTarget;
  beforeEach(() => (target = new LocalTarget()));
  afterEach(() => target.remove());

  it("of every ending conform to their published schemas, and the metrics to the catalogue", async () => {
    const agent = target.agent(undefined, new InProcessExecutor());
    conforms("deployment", (await target.deploy(target.request("1"), agent)).deployment);
    const { deployment, rollback, incident } = await target.deploy(target.request("2", { unhealthy: true }), agent);
    conforms("deployment", deployment);
    conforms("rollback", rollback);
    conforms("incident", incident);
    writeFileSync(path.join(target.root, "etc/site.conf"), "");
    conforms("deployment", (await target.deploy(target.request("3"), agent)).deployment);
    const text = readFileSync(target.folders.metrics, "utf8");
    const emitted = new Set([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`));
    const known = metricsFrom("target").map(({ name, type }) => `${name} ${type}`);
    assert.deepEqual(
      [...emitted].filter((each) => !known.includes(each)),
      [],
    );
    // The lock is free, so its two gauges are absent.
    const absent = known.filter((each) => !emitted.has(each));
    assert.deepEqual(absent, ["deployment_start_timestamp_seconds gauge", "deployment_lock_timestamp_seconds gauge"]);
    assert.match(text, /^deployment_outcomes_total\{outcome="refused"\} 1$/m);
    assert.match(text, /^deployment_rollbacks_total\{reason="health_check"\} 1$/m);
    assert.match(text, /^deployment_health_check_failures_total\{category="backend"\} 1$/m);
    await commands.begin(agent, target.request("3"));
    assert.match(readFileSync(target.folders.metrics, "utf8"), /^deployment_lock_timestamp_seconds \d+/m);
  });

  it("of a gate decision conform too", () => {
    const now = new Date(0);
    conforms("gate-decision", choose([], policy, now));
    conforms("gate-decision", choose([runner("primary", null), runner("secondary")], policy, now));
  });
});
