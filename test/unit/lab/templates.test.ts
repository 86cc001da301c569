import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Instance, instanceNamed } from "@ghrunners/lab/instance";
import { templatesAhead } from "@ghrunners/lab/templates";

describe("templates that are made beside the toolchain", () => {
  let folder: string;
  let instance: Instance;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-templates-"));
    instance = instanceNamed("ahead", { cache: path.join(folder, "cache"), state: path.join(folder, "state") });
  });
  after(() => rmSync(folder, { recursive: true }));
  const say = (): void => undefined;

  it("are made for a lab with machines, and for none without", async () => {
    const made: (string | undefined)[] = [];
    const make = async ({ name }: Instance, { blank }: { blank?: string }): Promise<void> =>
      void made.push(name, blank);
    await templatesAhead(instance, { say, mode: "api-only" }, make);
    assert.deepEqual(made, []);
    await templatesAhead(instance, { say, mode: "machines", blank: "person" }, make);
    assert.deepEqual(made, ["ahead", "person"]);
  });

  it("leave a failure to labUp, which makes what is missing and says why it cannot", async () => {
    const refused = (): Promise<void> => Promise.reject(new Error("no mirror"));
    await templatesAhead(instance, { say, mode: "machines" }, refused);
  });
});
