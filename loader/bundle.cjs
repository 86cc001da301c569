// A bundle: the modules of one process in one file, with the code that V8 made of it in an earlier process. Plain CommonJS,
// because it runs before there is a transpiler.
"use strict";
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const vm = require("node:vm");

/** Pulumi's starters of Node processes, relative to the project; each has a bundle named after it. */
const starters = path.join("node_modules", "@pulumi", "pulumi", "cmd");

const cacheOf = (file) => `${file}.cache`;

function readCache(file) {
  try {
    return readFileSync(cacheOf(file));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Compiles a bundle; from V8's cache where there is one that fits this Node.
 * @param {string} file the bundle, all ASCII
 */
function compile(file) {
  const source = readFileSync(file, "latin1");
  return new vm.Script(Module.wrap(source), {
    filename: path.basename(file),
    cachedData: readCache(file),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/**
 * Runs a compiled bundle.
 * @param {string} root the project folder
 * @returns what the bundle exports: `modules` and `imports`, functions by absolute file name
 */
function run(script, file, root) {
  const module = { exports: {} };
  // What is left out of the bundle is looked for as Pulumi's SDK would.
  const require = Module.createRequire(path.join(root, starters, path.basename(file)));
  script.runInThisContext()(module.exports, require, module, file, path.dirname(file));
  return module.exports;
}

/**
 * The modules of this process by absolute file name, as functions that load them.
 * @param {string | undefined} folder of the bundles, as loader/index.ts made it
 * @param {string} root the project folder
 * @param {string | undefined} main the script that Node was started with
 * @returns {Record<string, () => unknown> | undefined} nothing where there is no bundle for this process
 */
function openBundle(folder, root, main) {
  if (folder === undefined || main === undefined) return undefined;
  const [name, ...rest] = path.relative(path.join(root, starters), main).split(path.sep);
  if (name === ".." || (rest.length > 0 && rest.join("/") !== "index.js")) return undefined;
  const file = path.join(folder, `${name}.cjs`);
  try {
    return run(compile(file), file, root).modules;
  } catch (error) {
    // Removed meanwhile, or a starter that needs none: then the files of the checkout are loaded one by one.
    if (error.code === "ENOENT" && error.path === file) return undefined;
    throw error;
  }
}

module.exports = { starters, cacheOf, compile, run, openBundle };
