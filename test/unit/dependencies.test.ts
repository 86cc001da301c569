import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const root = path.join(__dirname, "../..");

type Versions = Readonly<Record<string, string>>;
interface Manifest {
  readonly version: string;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
}
const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")) as Manifest;

/** Packages that the files of a folder import, by file. */
function importedIn(folder: string): ReadonlyMap<string, readonly string[]> {
  const files = globSync("**/*.{ts,tsx,mjs,cjs}", { cwd: path.join(root, folder) });
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, folder, file), "utf8"), true, true);
      const names = importedFiles.map(({ fileName }) => fileName).filter((name) => !/^(\.|node:)/.test(name));
      return [file, names.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)];
    }),
  );
}

describe("dependencies of the workspaces", () => {
  it("components declares what it imports, in the versions of the root", () => {
    const { dependencies = {} } = manifest("components");
    const tools = ["document.ts"];
    const used = [...importedIn("components")].flatMap(([file, names]) => (tools.includes(file) ? [] : names));
    assert.deepEqual(Object.keys(dependencies), [...new Set(used)].sort());
    const { version: own, dependencies: ofRoot = {} } = manifest(".");
    for (const [name, version] of Object.entries(dependencies))
      assert.equal(version, name.startsWith("@ghrunners/") ? own : ofRoot[name], name);
  });

  it("only the lab imports what the lab declares", () => {
    const ofLab = Object.keys(manifest("lab").dependencies ?? {});
    const product = ["components", "config", "monitoring", "packages", "policy"].flatMap((folder) =>
      [...importedIn(folder)].flatMap(([file, names]) =>
        names.filter((name) => ofLab.includes(name)).map((name) => `${folder}/${file}: ${name}`),
      ),
    );
    assert.deepEqual(product, [], "Expected in the product only packages of the root's package.json.");
    const used = new Set([...importedIn("lab").values()].flat());
    assert.deepEqual(
      ofLab.filter((name) => !used.has(name)),
      [],
    );
  });
});
