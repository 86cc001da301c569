// How Node runs this project's TypeScript: tsx strips the types, and nothing else is paid for.
// Loading @pulumi/pulumi takes a quarter of the processor time that it takes with tsx alone (docs/performance.md).
"use strict";
const Module = require("node:module");
const path = require("node:path");
const { openBundle } = require("./loader/bundle.cjs");

// With source maps on, Node parses the map of every file of every package, and Pulumi maps a stack trace for every
// resource and every promise. Without them a stack trace names the emitted lines; GHRUNNERS_DEBUG brings them back.
const mapsWanted = Boolean(process.env.GHRUNNERS_DEBUG);

let transpiles = false;

function transpile() {
  if (transpiles) return;
  transpiles = true;
  const native = Module._extensions[".js"];
  require("tsx/cjs");
  if (!mapsWanted) process.setSourceMapsEnabled(false);
  const transpiling = Module._extensions[".js"];
  // tsx looks at every JavaScript file for module syntax. Only packages without a CommonJS form need that.
  Module._extensions[".js"] = (module, file) => {
    try {
      native(module, file);
    } catch (error) {
      if (error.code !== "ERR_REQUIRE_ESM") throw error;
      transpiling(module, file);
    }
  };
}

// npm's commands name a folder of bundles; without one, and for everything outside of it, each file is loaded by itself.
const bundle = mapsWanted ? undefined : openBundle(process.env.GHRUNNERS_BUNDLES, __dirname, process.argv[1]);

/** What loads a module of the bundle; undefined for everything else, which may need to be transpiled. */
function bundled(request, parent, isMain) {
  if (bundle === undefined) return transpile();
  // Modules of the bundle find each other without asking here. It is asked for by file names alone.
  if (!isMain && !path.isAbsolute(request)) return undefined;
  const file = Module._resolveFilename(request, parent, isMain);
  const known = bundle[file];
  if (known === undefined && !(file in Module._cache) && path.extname(file) !== ".json") transpile();
  return known;
}

// @pulumi/pulumi loads a compiler and a package manager for serialising closures, which this project never does.
// They are loaded at the first use of anything in them. Only the compiler's version is asked for at every start.
const postponed = new Set(["typescript", "@npmcli/arborist"]);

function postpone(request, real) {
  let loaded;
  const now = () => (loaded ??= real());
  const known = new Map([
    // Answered without loading: TypeScript's import helper asks for it and then copies nothing.
    ["__esModule", () => true],
    ["default", () => now().default ?? now()],
    ["version", () => require(`${request}/package.json`).version],
  ]);
  return new Proxy({}, { get: (_, key) => (known.get(key) ?? (() => now()[key]))(), has: (_, key) => key in now() });
}

// A policy pack is started with ts-node whatever its options say, and ts-node checks types at every start.
const typeChecker = /(^|[\\/])ts-node(@[\d.]+)?$/;

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const ofPulumi = parent?.filename?.includes("@pulumi");
  if (ofPulumi && request === "source-map-support/register" && !mapsWanted) return {};
  if (ofPulumi && typeChecker.test(request)) return { register: () => undefined };
  const real = bundled(request, parent, isMain) ?? (() => load.call(this, request, parent, isMain));
  if (!ofPulumi) return real();
  return postponed.has(request) ? postpone(request, real) : real();
};
