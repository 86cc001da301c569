import path from "node:path";
import * as z from "zod";
import { format } from "prettier";
import { reportSchema } from "@ghrunners/lab/bench/report-schema";
import { simulationSchema } from "@ghrunners/lab/simulation/report-schema";
import { schemas } from "@ghrunners/cli/schemas";
import { jsonSchema } from "@ghrunners/core/schema";
import { projectRoot } from "@ghrunners/core/project-root";
import { documentation } from "../../../config/documentation";
import { fleetConfig, hostConfig } from "../../../packages/exporter/config";
import { switchConfig } from "@ghrunners/failover/config";
import { expectNoOtherFiles, expectSnapshot, type GoldenFiles } from "./support/snapshot";
import { readableJson } from "./support/text";

/** The published schemas are golden files of their own. */
const published: GoldenFiles = {
  folder: path.join(projectRoot, "docs/reference"),
  update: process.env.UPDATE_SNAPSHOTS === "1",
  asked: new Set(),
};

describe("snapshot of the published JSON schemas", function () {
  this.timeout(20_000);

  for (const [name, schema] of Object.entries({ ...schemas, bench: reportSchema, simulation: simulationSchema })) {
    it(`docs/reference/schemas/${name}.json is what zod says`, async () => {
      const text = await format(JSON.stringify(jsonSchema(schema)), { parser: "json", printWidth: 120 });
      expectSnapshot(`schemas/${name}.json`, text, published);
    });
  }

  it("no other schema is published", () => expectNoOtherFiles("schemas", published));

  it("the settings of the program are the same", async () => {
    expectSnapshot("schemas/settings.json", await readableJson(JSON.stringify(documentation)));
  });

  for (const [name, schema] of Object.entries({ host: hostConfig, fleet: fleetConfig, switch: switchConfig })) {
    it(`the configuration file of the exporter's ${name} view is the same`, async () => {
      const text = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }));
      expectSnapshot(`schemas/exporter-${name}.json`, await readableJson(text));
    });
  }

  it("every golden file of schemas.test.ts is asked for by a test", () => expectNoOtherFiles("schemas"));
});
