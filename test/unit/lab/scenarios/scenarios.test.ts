import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { planSchema, type PlanInput } from "@ghrunners/deploy/plan/schema";
import { projectRoot } from "@ghrunners/core/project-root";
import { scenarios } from "@ghrunners/lab/scenarios/all";
import { DOCUMENT, withTable } from "@ghrunners/lab/scenarios/document";
import { boundaries, withHold } from "@ghrunners/lab/scenarios/plan";
import { placeLine } from "@ghrunners/lab/scenarios/place";
import { renderResults } from "@ghrunners/lab/scenarios/render";
import {
  misfits,
  parseMetrics,
  parseTargetState,
  wrongMetrics,
  type TargetState,
} from "@ghrunners/lab/scenarios/target-state";

const plan = parse(readFileSync(path.join(projectRoot, "lab/demo-app/deployment.yaml"), "utf8")) as PlanInput;

const whole: TargetState = {
  link: "releases/2",
  api: '{"version": "2"}',
  ...Object.fromEntries(
    ["/", "/login", "/dashboard", "/orders", "/settings", "/about"].map((page) => [`page ${page}`, 'data-version="2"']),
  ),
  "unit files": "same same",
  "proxy site": "same",
  schema: "2",
  releases: "1 2",
  units: "active active active active active",
  "at boot": "enabled enabled",
  state: "journal.json",
  temporary: "",
  scopes: "",
  "failed units": "",
  guard: "inactive",
  lock: "free",
};
const wanted = { version: "2", schema: [2], releases: ["2", "1"] };

describe("scenarios", () => {
  it("have an id and a title of their own", () => {
    for (const field of ["id", "title"] as const) {
      const all = scenarios.map((scenario) => scenario[field]);
      assert.deepEqual(
        all.filter((text, index) => all.indexOf(text) !== index),
        [],
      );
    }
    for (const { id } of scenarios) assert.match(id, /^[a-z0-9-]+$/);
  });

  it("kill the deployer at every boundary of the demo application's plan", () => {
    const killed = scenarios.filter(({ id }) => id.startsWith("kill-deployer-"));
    // Preflight, health checks and smoke tests beside the boundaries between steps.
    assert.equal(killed.length, boundaries(plan).length + 3);
  });

  it("stand in their document as they are", () => {
    const text = readFileSync(path.join(projectRoot, DOCUMENT), "utf8");
    assert.equal(withTable(text, scenarios), text, "Next: npx tsx lab/scenarios/document.ts");
  });

  it("hold a plan that the deployer takes, at any boundary", () => {
    for (const after of boundaries(plan)) {
      const { steps } = planSchema.parse(withHold(plan, after));
      const at = steps.findIndex(({ name }) => name === "hold");
      assert.equal(at === 0 ? "capture" : steps[at - 1]?.name, after);
    }
    assert.equal(planSchema.parse(withHold(plan)).steps.length, plan.steps.length);
  });

  it("see each thing that does not belong to the version, or is left", () => {
    assert.deepEqual(misfits(whole, wanted), []);
    for (const name of Object.keys(whole)) {
      const found = misfits({ ...whole, [name]: "something else" }, wanted);
      assert.equal(found.length, 1, `${name}: ${found.join("; ")}`);
      assert.match(found[0] ?? "", new RegExp(`^${name}: seen "something else", expected`));
    }
    assert.equal(misfits({}, wanted).length, Object.keys(whole).length, "what was not seen does not count as well");
  });

  it("see what the metrics of a target at rest must not say", () => {
    const text =
      '# HELP x\ndeployment_in_progress 0\ndeployment_partial_state 0\ndeployment_version_info{version="2"} 1\n';
    assert.deepEqual(wrongMetrics(parseMetrics(text), "2"), []);
    assert.equal(wrongMetrics(parseMetrics(text), "1").length, 1);
    assert.match(
      wrongMetrics(parseMetrics(`${text}deployment_lock_timestamp_seconds 17\n`), "2").join(),
      /is 17, expected none/,
    );
  });

  it("read what the machine prints", () => {
    assert.deepEqual(parseTargetState("link\treleases/1\nscopes\t"), { link: "releases/1", scopes: "" });
  });

  it("say on which lab they work, and that a selected stack is not used", () => {
    assert.equal(
      placeLine("lab", "acme"),
      'Works on the lab "lab" alone (GHRUNNERS_LAB names another): PULUMI_STACK=acme is ignored',
    );
    for (const stack of [undefined, ""])
      assert.match(placeLine("other", stack), /^Works on the lab "other" alone .*: no stack of yours is used$/);
  });

  it("show a failure with what was seen, and never as passed", () => {
    const result = { origin: "kill", title: "a", seconds: 1, evidence: ["scenario-evidence/r/a/seen.json"] } as const;
    const text = renderResults(
      [
        { ...result, id: "a", passed: true, seen: "fine" },
        { ...result, id: "b", passed: false, seen: "link: seen 1" },
      ],
      "/state",
    );
    assert.match(text, /^a +kill +passed +1\.0 +scenario-evidence\/r\/a\/ \(1 files\)$/m);
    assert.match(text, /^b +kill +FAILED/m);
    assert.match(text, /FAILED.* b: link: seen 1\n1 of 2 scenarios passed/);
  });
});
