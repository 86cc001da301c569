import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import * as queries from "@ghrunners/deploy/target/queries";
import { secretsIn } from "@ghrunners/deploy/target/secret-scan";
import type { DeploymentRecord } from "@ghrunners/deploy/records/record";
import { computeCriteria, quantile, type Criteria } from "@ghrunners/cli/review/criteria";
import { renderCriteria } from "@ghrunners/cli/review/list";
import { plantedSecrets } from "../../components/logs/planted";
import { LocalTarget } from "../../deploy/support/target";
import { rolledBack, succeeded } from "./samples";
import { publishedSchema } from "../../../support/published-schema";

const until = new Date("2026-01-02T00:00:00Z");
const clean = { files: 3, findings: [] };
const measure = (deployments: readonly DeploymentRecord[], secrets: Criteria["secrets"] = []): Criteria =>
  computeCriteria("app", deployments, { ...clean, findings: secrets }, until, 7);
const values = ({ criteria }: Criteria) => criteria.map(({ value, met, from }) => [value, met, from]);

describe("the success criteria", () => {
  it("are computed from the deployments that ran: refused and cancelled ones changed nothing", () => {
    const refused = { ...succeeded, outcome: "refused", durationSeconds: 5000, diagnosisSeconds: 400 } as const;
    const cancelled = { ...succeeded, outcome: "cancelled" } as const;
    const result = measure([succeeded, succeeded, succeeded, rolledBack, refused, cancelled]);
    assert.deepEqual(values(result), [
      [0.75, false, 4],
      [13.25, true, 4],
      [0.5, false, 2],
      [0, true, 3],
    ]);
    assert.equal(result.deployments, 6);
  });

  it("are empty without data", () => {
    const old = { ...succeeded, endedAt: "2025-12-01T00:00:00Z" };
    const result = computeCriteria("app", [old], { files: 0, findings: [] }, until, 7);
    assert.deepEqual(values(result), [
      [null, null, 0],
      [null, null, 0],
      [null, null, 0],
      [null, null, 0],
    ]);
    assert.match(renderCriteria(result), /SC-001 {2}Deployments that succeed: no data \(objective at least 95 %/);
  });

  it("conform to their published schema", () => {
    const validate = addFormats(new Ajv()).compile(publishedSchema("criteria"));
    const list = { schema: "ghrunners.criteria-list/1", targets: [measure([succeeded]), measure([])] };
    assert.ok(validate(list), JSON.stringify(validate.errors));
    assert.equal(validate({ ...list, targets: [{}] }), false);
  });

  it("a quantile is one of the values, and that share of them is not above it", () => {
    assert.equal(quantile([], 0.95), null);
    fc.assert(
      fc.property(
        fc.array(fc.nat(100), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (all, part) => {
          const found = quantile(all, part) as number;
          assert.ok(all.includes(found));
          assert.ok(all.filter((value) => value <= found).length >= part * all.length - 1e-9);
          assert.ok(all.filter((value) => value < found).length < part * all.length);
        },
      ),
    );
  });
});

describe("the search for secrets in what deployments leave", () => {
  for (const { name, lines } of plantedSecrets()) {
    it(`finds in what deployments leave: ${name}`, () => assert.notDeepEqual(secretsIn(lines.join("\n")), []));
  }

  it("finds none in what a success and a rollback leave, and says where a planted one is, never what", async function () {
    this.timeout(30_000);
    const target = new LocalTarget();
    try {
      await target.deploy(target.request("1"));
      const { deployment } = await target.deploy(target.request("2", { unhealthy: true }));
      const before = queries.history(target.agent());
      assert.equal(before.records.length, 2);
      assert.deepEqual(before.secrets.findings, []);
      assert.ok(before.secrets.files >= 5, "records and forensics of both");
      const token = `ghp_${"a1B2".repeat(9)}`;
      const folder = path.join(target.folders.forensics, deployment.id);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, "journal.txt"), `started with ${token}\n`);
      const { secrets } = queries.history(target.agent());
      assert.deepEqual(secrets.findings, [{ file: `forensics/${deployment.id}/journal.txt`, kind: "github-token" }]);
      assert.ok(!JSON.stringify(secrets).includes(token));
      assert.equal(measure([succeeded], secrets.findings).criteria[3]?.met, false);
    } finally {
      target.remove();
    }
  });
});
