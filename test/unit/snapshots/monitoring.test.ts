import { parse, stringify } from "yaml";
import { scriptParameters } from "../../../packages/core/ssh/render-script";
import { plannedFiles } from "../../../components/monitoring/plan-files";
import { expectNoOtherFiles, expectSnapshot, expectSnapshots } from "./support/snapshot";
import { stackGraph } from "./support/stacks";
import { readableJson } from "./support/text";

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Record<string, unknown>[] }[];
}

/** The files that a stack puts on its monitoring host, by their names without folder and stack. */
async function filesOf(stack: "production" | "lab"): Promise<ReadonlyMap<string, string>> {
  const { input } = await stackGraph(stack);
  const files = plannedFiles(scriptParameters(input("monitoring-files", "stdin")));
  return new Map(files.map(({ path, text }) => [path.replace(/.*\/ghrunners\.[a-z]+\./, ""), text]));
}

const nameOf = (rule: Record<string, unknown>): string => String(rule.alert ?? rule.record);

describe("snapshot of the monitoring host's files", function () {
  this.timeout(60_000);

  it("production: the same rules and recordings", async () => {
    const rules = [...(await filesOf("production"))].filter(([name]) => name.endsWith(".yml"));
    expectSnapshots(rules.map(([name, text]) => [`monitoring/${name}`, text]));
  });

  it("lab: the same rules about deployment targets, which production has none of", async () => {
    const production = [...(await filesOf("production")).values()].join("\n");
    const added = [...(await filesOf("lab"))]
      .filter(([name]) => name.endsWith(".yml"))
      .flatMap(([, text]) => (parse(text) as Rules).groups.flatMap(({ rules }) => rules))
      .filter((rule) => !production.includes(`: ${nameOf(rule)}\n`));
    expectSnapshot("monitoring/rules-of-targets.yml", stringify(added, { lineWidth: 0 }));
  });

  for (const stack of ["production", "lab"] as const) {
    it(`${stack}: the same scrape targets`, async () => {
      const text = (await filesOf(stack)).get("targets.json") ?? "";
      expectSnapshot(`monitoring/targets-${stack}.json`, await readableJson(text));
    });

    it(`${stack}: the same route of alerts`, async () => {
      const { TEXT = "" } = scriptParameters((await stackGraph(stack)).input("monitoring-alertmanager", "stdin"));
      expectSnapshot(`monitoring/alertmanager-${stack}.yml`, TEXT);
    });
  }

  it("the same dashboards, which stacks share", async () => {
    const files = [...(await filesOf("production"))];
    const dashboards = files.filter(([name]) => name.endsWith(".json") && name !== "targets.json");
    const texts = dashboards.map(
      async ([name, text]) => [`monitoring/dashboard-${name}`, await readableJson(text)] as const,
    );
    expectSnapshots(await Promise.all(texts));
  });

  it("every golden file of monitoring.test.ts is asked for by a test", () => expectNoOtherFiles("monitoring"));
});
