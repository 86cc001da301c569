import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { TestEmulator, onEnterprise } from "@ghrunners/lab/driver/emulator";
import { OpenApiValidator } from "./support/openapi";
import { seal } from "@ghrunners/lab/driver/seal";

interface Step {
  readonly method: string;
  /** `{policy}` and `{ruleset}` are replaced by ids that the emulator assigns. */
  readonly path: string;
  readonly body?: Record<string, unknown>;
  readonly status: number;
}

/**
 * What terraform-provider-github 6.13.0 sent when it created, updated, refreshed and deleted each resource that the
 * project uses: recorded from the real provider, in its order. Ids, key ids and sealed values are filled in.
 */
const fixture = path.join(__dirname, "fixtures/terraform-provider-github-6.13.0.json");

describe("the requests of the real Terraform provider", function () {
  this.timeout(180_000);
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start(onEnterprise);
  });
  after(() => emulator.stop());

  it("are answered as the provider and GitHub's description expect", async () => {
    const steps = JSON.parse(readFileSync(fixture, "utf8")) as Step[];
    assert.ok(steps.length > 50, `${steps.length} steps`);
    const ids = new Map<string, string>();
    const keys = new Map<string, { key: string; key_id: string }>();
    for (const [index, step] of steps.entries()) {
      const call = step.path.replace(/\{(\w+)\}/g, (_whole, name: string) => ids.get(name) ?? "unknown");
      const key = keys.get(path.posix.dirname(step.path));
      const body =
        step.body?.encrypted_value === "{sealed}" && key !== undefined
          ? { key_id: key.key_id, encrypted_value: await seal(key.key, `value ${index}`) }
          : step.body;
      const response = await emulator.rest(step.method, call, { body });
      const text = await response.text();
      assert.equal(response.status, step.status, `step ${index}: ${step.method} ${call}: ${text}`);
      if (step.path.endsWith("/public-key")) {
        keys.set(path.posix.dirname(step.path), JSON.parse(text) as { key: string; key_id: string });
      }
      const { id } = (text === "" ? {} : JSON.parse(text)) as { id?: number };
      if (step.method === "POST" && step.path.endsWith("/deployment-branch-policies")) ids.set("policy", String(id));
      if (step.method === "POST" && step.path.endsWith("/rulesets")) ids.set("ruleset", String(id));
    }
    const judge = new OpenApiValidator();
    assert.deepEqual(
      emulator.exchanges.flatMap((exchange) => judge.problems(exchange)),
      [],
    );
  });

  it("leave nothing behind", () => {
    const { environments, secrets, variables, rulesets } = emulator.services.store.state;
    assert.deepEqual([environments, secrets, variables, rulesets], [[], [], [], []]);
    const done = new Set(emulator.services.store.eventsSince(0).map(({ kind }) => kind));
    for (const noun of ["environment", "secret", "variable", "ruleset", "branch-policy"]) {
      for (const verb of ["created", "updated", "deleted"]) assert.ok(done.has(`${noun}.${verb}`), `${noun}.${verb}`);
    }
  });
});
