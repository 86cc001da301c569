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

// With source maps on, Node parses the map of every package's every file. Stack traces then name the emitted lines,
// which GHRUNNERS_DEBUG changes.
if (!process.env.GHRUNNERS_DEBUG) process.setSourceMapsEnabled(false);

// @pulumi/pulumi loads a compiler and a package manager for serialising closures, which this project never does.
// They are loaded at the first use of anything in them.
const postponed = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;
Module._load = function (request, parent, isMain) {
  if (!postponed.has(request) || !parent?.filename?.includes("@pulumi")) return load.call(this, request, parent, isMain);
  let loaded;
  const real = () => (loaded ??= load.call(this, request, parent, isMain));
  return new Proxy(
    {},
    {
      // Answered without loading: TypeScript's import helper asks for it and then copies nothing.
      get: (_, key) => (key === "__esModule" ? true : key === "default" ? (real().default ?? real()) : real()[key]),
      has: (_, key) => key in real(),
    },
  );
};
