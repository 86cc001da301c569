import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.join(__dirname, "..", "..");

/** Evaluates code in a fresh Node with the project's loader; the code prints one JSON value. */
function inLoader(code: string, env: NodeJS.ProcessEnv = {}): unknown {
  const run = spawnSync(process.execPath, ["--require", "./register.cjs", "-e", code], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", GHRUNNERS_DEBUG: "", ...env },
  });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

const loaded = `Object.keys(require.cache).filter((file) => /typescript.lib|arborist/.test(file)).length`;

describe("the loader (register.cjs)", () => {
  it("runs TypeScript, and packages that have no CommonJS form", () => {
    const code = `console.log(JSON.stringify([typeof require("./bench/stats").summarise, typeof require("@octokit/rest").Octokit]))`;
    assert.deepEqual(inLoader(code), ["function", "function"]);
  });

  it("loads @pulumi/pulumi without the compiler and the package manager", () => {
    assert.equal(inLoader(`require("@pulumi/pulumi"); console.log(${loaded})`), 0);
  });

  it("brings the compiler when something does need it: a closure is serialised as ever", () => {
    const code = `const { runtime } = require("@pulumi/pulumi");
      runtime.serializeFunction(() => 40 + 2).then(({ text }) => console.log(JSON.stringify([text.includes("40 + 2"), ${loaded} > 0])));`;
    assert.deepEqual(inLoader(code), [true, true]);
  });

  it("starts a policy pack without a type check, and knows the compiler's version without loading it", () => {
    const code = `const { typeScriptRequireStrings } = require("@pulumi/pulumi/tsutils");
      const { tsnodeRequire } = typeScriptRequireStrings();
      require("node:module").createRequire(require.resolve("@pulumi/pulumi"))(tsnodeRequire).register({ typeCheck: true });
      console.log(JSON.stringify([${loaded}, Object.keys(require.cache).filter((file) => /ts-node/.test(file)).length]))`;
    assert.deepEqual(inLoader(code), [0, 0]);
  });

  it("leaves source maps off, and on for GHRUNNERS_DEBUG", () => {
    const code = `try { require("./bench/stats").summarise([]); } catch (error) { console.log(JSON.stringify(/stats\\.ts:1[0-9]:/.test(error.stack))); }`;
    assert.equal(inLoader(code, { GHRUNNERS_DEBUG: "1" }), true);
    assert.equal(inLoader(code), false);
  });
});
