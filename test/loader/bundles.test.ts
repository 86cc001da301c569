import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BUNDLES_VARIABLE, bundleKey, ensureBundles, sources } from "../../loader";
import { buildBundles } from "../../loader/build";

const root = path.join(__dirname, "..", "..");
const names = ["dynamic-provider", "run", "run-policy-pack"];

/** Evaluates code in a fresh Node with the project's loader; the code prints one JSON value. */
function inNode(code: string, env: NodeJS.ProcessEnv = {}): unknown {
  const run = spawnSync(process.execPath, ["--require", "./register.cjs", "-e", code], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", GHRUNNERS_DEBUG: "", ...env },
  });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

/** Opens a bundle as its process does. */
const opened = (folder: string, name: string): string =>
  `require("./loader/bundle.cjs").openBundle(${JSON.stringify(folder)}, ${JSON.stringify(root)}, ` +
  `${JSON.stringify(path.join(root, "node_modules/@pulumi/pulumi/cmd", name))})`;

describe("the bundles of Pulumi's Node processes", function () {
  this.timeout(120_000);
  let cache: string;
  let folder: string;
  const said: string[] = [];

  const ensure = (): Promise<string | undefined> => ensureBundles(root, cache, (line) => void said.push(line));

  before(async () => {
    cache = mkdtempSync(path.join(tmpdir(), "ghr-bundles-"));
    folder = (await ensure()) ?? "";
    assert.deepEqual(said, []);
  });

  after(() => rmSync(cache, { recursive: true }));

  it("are made once, whole, and leave nothing half-made", async () => {
    const made = statSync(path.join(folder, "run.cjs")).ino;
    assert.equal(await ensure(), folder);
    assert.equal(statSync(path.join(folder, "run.cjs")).ino, made);
    assert.deepEqual(readdirSync(path.join(cache, "bundles")), [path.basename(folder)]);
    const expected = names.flatMap((name) => [`${name}.cjs`, `${name}.cjs.cache`]);
    assert.deepEqual(readdirSync(folder).sort(), [...expected, "packages.json"].sort());
  });

  it("are made anew when a package was changed by hand", async () => {
    const manifest = path.join(folder, "packages.json");
    const text = readFileSync(manifest, "utf8");
    const [first, ...rest] = Object.entries(JSON.parse(text) as Record<string, [number, number]>);
    assert.ok(first);
    writeFileSync(manifest, JSON.stringify(Object.fromEntries([[first[0], [first[1][0] + 1, first[1][1]]], ...rest])));
    assert.equal(await ensure(), folder);
    assert.equal(readFileSync(manifest, "utf8"), text);
  });

  it("have another key for any change of a source, and all their sources are in it", async () => {
    const copy = mkdtempSync(path.join(tmpdir(), "ghr-sources-"));
    const draft = mkdtempSync(path.join(tmpdir(), "ghr-bundle-"));
    try {
      const own = (await buildBundles(root, draft)).filter((file) => !file.startsWith("node_modules"));
      const outside = own.filter((file) => !sources.some((source) => file === source || file.startsWith(`${source}/`)));
      assert.deepEqual(outside, []);
      for (const source of sources) cpSync(path.join(root, source), path.join(copy, source), { recursive: true });
      const keys = new Set([bundleKey(copy)]);
      for (const file of ["index.ts", "components/runner-vm/renderVm.ts", "policy/guards/actionsPinned.ts"]) {
        appendFileSync(path.join(copy, file), "\n");
        keys.add(bundleKey(copy));
      }
      writeFileSync(path.join(copy, "catalogue", "more.ts"), "");
      assert.equal(keys.add(bundleKey(copy)).size, 5);
      assert.equal(bundleKey(root), path.basename(folder));
    } finally {
      for (const temporary of [copy, draft]) rmSync(temporary, { recursive: true });
    }
  });

  for (const name of names) {
    it(`${name}: V8 takes the code that it made of it earlier`, () => {
      const code = `const { compile } = require("./loader/bundle.cjs");
        console.log(compile(${JSON.stringify(path.join(folder, `${name}.cjs`))}).cachedDataRejected)`;
      assert.equal(inNode(code), false);
    });
  }

  it("give the same modules as the files, with one SDK in all of them", () => {
    const file = path.join(root, "components/runner-pool/healthGate.provider.ts");
    const code = `const modules = ${opened(folder, "dynamic-provider")};
      const { provider } = modules[${JSON.stringify(file)}]();
      const same = require(${JSON.stringify(file)}).provider;
      console.log(JSON.stringify([Object.keys(modules).length, Object.keys(provider).sort().join() === Object.keys(same).sort().join()]))`;
    const providers = readdirSync(path.join(root, "components"), { recursive: true, encoding: "utf8" });
    assert.deepEqual(inNode(code), [providers.filter((one) => one.endsWith(".provider.ts")).length + 1, true]);
  });

  it("are no hindrance where they are missing, and for what is not in them", () => {
    assert.equal(inNode(`console.log(${opened("/nowhere", "run")} === undefined)`), true);
    assert.equal(inNode(`console.log(${opened(folder, "run-plugin")} === undefined)`), true);
    const other = `console.log(JSON.stringify(typeof require("./bench/stats").summarise))`;
    assert.equal(inNode(other, { [BUNDLES_VARIABLE]: folder }), "function");
  });

  it("say why they cannot be made, and nothing stops for it", async () => {
    const lines: string[] = [];
    const file = path.join(cache, "a-file");
    writeFileSync(file, "");
    assert.equal(await ensureBundles(root, file, (line) => void lines.push(line)), undefined);
    assert.match(lines.join("\n"), /No bundles.*not a directory/);
  });
});
