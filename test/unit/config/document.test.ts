import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { renderDocument, requiredSettings } from "@ghrunners/config/document";
import { schema } from "@ghrunners/config/schema";
import { projectRoot } from "@ghrunners/core/project-root";

describe("docs/reference/configuration.md", () => {
  it("is what the schema says (write it with: npx tsx config/document.ts)", () => {
    assert.equal(
      readFileSync(path.join(projectRoot, "docs", "reference", "configuration.md"), "utf8"),
      renderDocument(),
    );
  });

  it("counts the settings that an empty configuration is refused for, and marks no other as required", () => {
    const paths = requiredSettings();
    assert.match(renderDocument(), new RegExp(`^These ${paths.length} settings have no default\\.`, "m"));
    const rows = renderDocument().match(/^\| `.*\*\*required\*\*.*$/gm) ?? [];
    const marked = rows.map((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? "");
    const single = paths.map((path) => path.replace("[0]", "[]")).filter((path) => path !== "proxmox.templateId");
    assert.deepEqual([...marked].sort(), [...single].sort());
  });

  it("asks for at most ten settings besides what a machine is", () => {
    const besides = requiredSettings().filter((path) => !/^runners\[0\]\.(name|vmId|address)$/.test(path));
    assert.ok(besides.length <= 10, besides.join(", "));
  });

  it("describes every setting of the schema", () => {
    for (const line of renderDocument()
      .split("\n")
      .filter((row) => row.startsWith("| `"))) {
      const [, , meaning = "", allowed = ""] = line.split(" | ").flatMap((cell) => cell.split("| "));
      assert.ok(meaning.trim() !== "" && allowed.trim() !== "", line);
    }
  });

  it("has the same groups in Pulumi.yaml", () => {
    const project = parse(readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8")) as {
      config: Record<string, { description: string }>;
    };
    const known = Object.keys(schema.shape).map((key) => `ghrunners:${key}`);
    for (const [key, { description }] of Object.entries(project.config)) {
      assert.ok(known.includes(key), key);
      assert.ok(description.length > 10, key);
    }
  });
});
