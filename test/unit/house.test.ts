import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "@ghrunners/core/project-root";

/** Files of the project: committed, or about to be. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: projectRoot,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(path.join(projectRoot, file)));

/** Rooms of the rule about imports: name, path, and the rooms that it may import. */
async function cruisedRooms(): Promise<readonly (readonly [string, string, readonly string[]])[]> {
  const file = pathToFileURL(path.join(projectRoot, ".dependency-cruiser.mjs")).href;
  const { rooms } = (await import(file)) as { rooms: [string, string, string[]][] };
  return rooms;
}

/** The same by the column "may import" of docs/explanation/architecture.md. `docs/` has no code. */
function tableOfImports(): Record<string, string[]> {
  const text = readFileSync(path.join(projectRoot, "docs/explanation/architecture.md"), "utf8");
  const rows = text.split("\n").flatMap((line) => {
    const [, folder = "", , , allowed = ""] = line.split("|").map((cell) => cell.trim());
    const name = /^`(?:packages\/)?([\w.-]+)\/?`$/.exec(folder)?.[1];
    return name === undefined || name === "docs" ? [] : [{ name: name === "index.ts" ? "program" : name, allowed }];
  });
  const names = rows.map(({ name }) => name);
  const named = (allowed: string, index: number): string[] => {
    if (allowed === "nothing") return [];
    if (allowed === "all folders above") return names.slice(0, index);
    const all = /^everything(?: except (.*))?$/.exec(allowed);
    if (all === null) return allowed.split(", ");
    return names.filter((name, at) => at !== index && !(all[1] ?? "").includes(`\`${name}/\``));
  };
  return Object.fromEntries(rows.map(({ name, allowed }, index) => [name, named(allowed, index)]));
}

/** The design's layout: what a reader meets first. */
describe("the house", () => {
  const folders = [...new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0] ?? ""))];

  it("has at most ten visible folders at its root", () => {
    const visible = folders.filter((folder) => !folder.startsWith("."));
    assert.ok(visible.length <= 10, visible.join(", "));
  });

  it("does not know in its product that a lab exists", () => {
    const product = files.filter(
      (file) =>
        !/^(lab|test|examples|docs|\.ci)\//.test(file) &&
        file.includes("/") &&
        /\.(ts|[cm]js|sh|py|ya?ml|json)$/.test(file),
    );
    assert.ok(product.length > 200, "too few files to be the product");
    const named = product.flatMap((file) =>
      readFileSync(path.join(projectRoot, file), "utf8")
        .split("\n")
        .flatMap((line, index) => (/\blab\b|\blaborator|@ghrunners\/lab/i.test(line) ? [`${file}:${index + 1}`] : [])),
    );
    assert.deepEqual(named, []);
  });

  it("names its TypeScript files in kebab-case", () => {
    const odd = files.filter((file) => /\.ts$/.test(file) && !/^[a-z0-9.-]+$/.test(path.basename(file)));
    assert.deepEqual(odd, []);
  });

  it("has no TypeScript file of more than 300 lines: a longer one holds two thoughts", () => {
    const lengths = files
      .filter((file) => /\.ts$/.test(file))
      .map((file) => [file, readFileSync(path.join(projectRoot, file), "utf8").split("\n").length - 1] as const);
    assert.deepEqual(
      lengths.filter(([, lines]) => lines > 300),
      [],
    );
  });

  it("has a README in each room, whose table names every folder and no missing file", () => {
    const rooms = [
      ...folders.filter((folder) => !folder.startsWith(".") && !["docs", "packages"].includes(folder)),
      ...new Set(files.flatMap((file) => /^packages\/[^/]+(?=\/)/.exec(file) ?? [])),
    ];
    assert.ok(rooms.length > 8, rooms.join(", "));
    for (const room of rooms) {
      const readme = `${room}/README.md`;
      assert.ok(files.includes(readme), `there is no ${readme}`);
      const text = readFileSync(path.join(projectRoot, readme), "utf8");
      const inside = files.filter((file) => file.startsWith(`${room}/`)).map((file) => file.slice(room.length + 1));
      const subfolders = new Set(inside.flatMap((file) => /^[^/]+(?=\/)/.exec(file) ?? []));
      for (const folder of subfolders)
        assert.match(text, new RegExp(`[\`(/]${folder}[\`/)]`), `${readme} does not name ${folder}/`);
      const named = text
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([\w./-]+)`/g)].map(([, name = ""]) => name));
      // A word without a dot or a slash is not a path: `unit`, the name of a test layer.
      for (const name of named.filter((word) => /[./]/.test(word) && !/[*]/.test(word)))
        assert.ok(existsSync(path.join(projectRoot, room, name)), `${readme}: there is no ${name}`);
    }
  });

  it("has a rule for the imports of every workspace", async () => {
    const rooms = await cruisedRooms();
    const { workspaces } = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8")) as {
      workspaces: string[];
    };
    for (const pattern of workspaces) {
      const manifest = new RegExp(`^${pattern.replace("*", "[^/]+")}/package\\.json$`);
      const found = files.filter((file) => manifest.test(file)).map((file) => path.dirname(file));
      assert.ok(found.length > 0, `there is no workspace ${pattern}`);
      for (const folder of found) {
        const inRooms = rooms.filter(([, room]) => new RegExp(room).test(`${folder}/index.ts`));
        assert.equal(
          inRooms.length,
          1,
          `${folder} is in ${inRooms.length} rooms of .dependency-cruiser.mjs, expected 1`,
        );
      }
    }
  });

  it("allows the imports that the table of the architecture names, and each only from a room below", async () => {
    const rooms = await cruisedRooms();
    const names = rooms.map(([name]) => name);
    for (const [index, [name, , allowed]] of rooms.entries())
      for (const other of allowed)
        assert.ok(names.indexOf(other) > index, `${name} imports ${other}, which is above it`);
    const byName = (list: readonly string[]): string[] => list.toSorted();
    assert.deepEqual(
      Object.fromEntries(rooms.map(([name, , allowed]) => [name, byName(allowed)])),
      Object.fromEntries(Object.entries(tableOfImports()).map(([name, allowed]) => [name, byName(allowed)])),
    );
  });

  it("exports no two types of one name", () => {
    const places = new Map<string, string[]>();
    for (const file of files.filter((name) => /\.ts$/.test(name))) {
      const text = readFileSync(path.join(projectRoot, file), "utf8");
      const names = [...text.matchAll(/^export (?:declare |abstract )*(?:interface|type|class|enum) (\w+)/gm)];
      // Overloads and a class with an interface of its name are one declaration, in one file.
      for (const name of new Set(names.map(([, found = ""]) => found)))
        places.set(name, [...(places.get(name) ?? []), file]);
    }
    assert.ok(places.size > 400, "too few types to be all of them");
    const shared = [...places].filter(([, declared]) => declared.length > 1);
    assert.deepEqual(
      shared.map(([name, declared]) => `${name}: ${declared.join(", ")}`),
      [],
    );
  });

  it("gives functions and files names of the field, no parts of a play", () => {
    const named =
      /\b(?:function|class|interface|type) (or|of|once|then|ask|say|those|told|Eyes|Deed|Ground|Around|Situation|Surroundings|Look|Order|Place|Memory|Told|Want|Held|Maybe|Planted|Press|Seen|Stage|World)\s*[(<{=]/;
    const code = files.filter((name) => /\.ts$/.test(name) && !/^test\//.test(name));
    const found = code.filter((file) => named.test(readFileSync(path.join(projectRoot, file), "utf8")));
    const titled = code.filter((file) =>
      /\/(story|acts|whole|eyes|ground|around|situation|surroundings|look|held|need|truth)\.ts$/.test(file),
    );
    assert.deepEqual([...found, ...titled], []);
  });

  it("has each test in the folder of its layer, whose name its ending has too", () => {
    const misplaced = files
      .filter((name) => /^test\/.*\.test\.ts$/.test(name))
      .filter((name) => {
        const layer = name.split("/")[1] ?? "";
        const ending = /\.(\w+)\.test\.ts$/.exec(path.basename(name))?.[1];
        return ending !== (["engine", "integration", "machine"].includes(layer) ? layer : undefined);
      });
    assert.deepEqual(misplaced, []);
  });

  it("gives no tests of different files one title", () => {
    const fileOf = new Map<string, string>();
    const twice: string[] = [];
    for (const file of files.filter((name) => name.endsWith(".test.ts")))
      for (const [, , title = ""] of readFileSync(path.join(projectRoot, file), "utf8").matchAll(
        /^\s*(?:for .*)?it\((["`])(.+?)\1, /gm,
      )) {
        const other = fileOf.get(title) ?? file;
        if (other !== file) twice.push(`${title}: ${other}, ${file}`);
        fileOf.set(title, file);
      }
    assert.ok(fileOf.size > 1000, `only ${fileOf.size} titles were found`);
    assert.deepEqual(twice, []);
  });
});
