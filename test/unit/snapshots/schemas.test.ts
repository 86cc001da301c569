import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { documentation } from "../../../config/documentation";
import { fleetConfig, hostConfig } from "../../../packages/exporter/config";
import { switchConfig } from "@ghrunners/failover/config";
import { expectNoOtherFiles, expectSnapshot } from "./support/snapshot";
import { readableJson } from "./support/text";

const projectRoot = path.resolve(__dirname, "../../..");

/** Every *.schema.json of the checkout, relative to it. */
function schemaFiles(folder = ""): string[] {
  return readdirSync(path.join(projectRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return schemaFiles(file);
    return entry.name.endsWith(".schema.json") ? [file] : [];
  });
}

interface Schema {
  readonly $id?: string;
  readonly title?: string;
  readonly properties?: {
    readonly schema?: { readonly const?: unknown };
    readonly version?: { readonly const?: unknown };
  };
}

/** A name that stays when the file moves: the schema's own title in words of a file name. */
const nameOf = ({ title = "" }: Schema, file: string): string =>
  (title === "" ? path.basename(file, ".schema.json") : title)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replace(/^-|-$/g, "");

describe("snapshot of the published JSON schemas", function () {
  this.timeout(20_000);
  const published = schemaFiles()
    .map((file) => ({ file, text: readFileSync(path.join(projectRoot, file), "utf8") }))
    .map(({ file, text }) => ({ schema: JSON.parse(text) as Schema, text, file }))
    .map((each) => ({ ...each, name: nameOf(each.schema, each.file) }));

  it("are the same documents, by the same names, ids and versions", () => {
    const lines = published.map(({ name, schema: { $id, title, properties } }) => {
      const version = properties?.schema?.const ?? properties?.version?.const;
      return `${name}\n  title: ${title}\n  $id: ${$id ?? "none"}\n  version: ${JSON.stringify(version)}\n`;
    });
    expectSnapshot("schemas/index.txt", lines.sort().join("\n"));
  });

  for (const { name, text } of published) {
    it(`${name} is the same`, async () => expectSnapshot(`schemas/${name}.json`, await readableJson(text)));
  }

  it("the settings of the program are the same", async () => {
    expectSnapshot("schemas/settings.json", await readableJson(JSON.stringify(documentation)));
  });

  for (const [name, schema] of Object.entries({ host: hostConfig, fleet: fleetConfig, switch: switchConfig })) {
    it(`the configuration file of the exporter's ${name} view is the same`, async () => {
      const text = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }));
      expectSnapshot(`schemas/exporter-${name}.json`, await readableJson(text));
    });
  }

  it("every golden file of it is asked for", () => expectNoOtherFiles("schemas"));
});
