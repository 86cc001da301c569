// How Node runs this project's TypeScript: tsx strips the types, and nothing else is paid for.
// Loading @pulumi/pulumi takes a quarter of the processor time that it takes with tsx alone (docs/performance.md).
"use strict";
const Module = require("node:module");

const native = Module._extensions[".js"];
require("tsx/cjs");
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

// With source maps on, Node parses the map of every file of every package, and Pulumi maps a stack trace for every
// resource and every promise. Without them a stack trace names the emitted lines; GHRUNNERS_DEBUG brings them back.
const mapsWanted = Boolean(process.env.GHRUNNERS_DEBUG);
if (!mapsWanted) process.setSourceMapsEnabled(false);

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
  const real = () => load.call(this, request, parent, isMain);
  if (!parent?.filename?.includes("@pulumi")) return real();
  if (request === "source-map-support/register" && !mapsWanted) return {};
  if (typeChecker.test(request)) return { register: () => undefined };
  return postponed.has(request) ? postpone(request, real) : real();
};
