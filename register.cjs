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
// They are loaded at the first use of anything in them.
const postponed = new Set(["typescript", "@npmcli/arborist"]);

function postpone(real) {
  let loaded;
  const now = () => (loaded ??= real());
  return new Proxy(
    {},
    {
      // Answered without loading: TypeScript's import helper asks for it and then copies nothing.
      get: (_, key) => (key === "__esModule" ? true : key === "default" ? (now().default ?? now()) : now()[key]),
      has: (_, key) => key in now(),
    },
  );
}

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const real = () => load.call(this, request, parent, isMain);
  if (!parent?.filename?.includes("@pulumi")) return real();
  if (request === "source-map-support/register" && !mapsWanted) return {};
  return postponed.has(request) ? postpone(real) : real();
};
