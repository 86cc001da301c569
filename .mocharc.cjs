"use strict";

const { tmpdir } = require("node:os");
const path = require("node:path");

// Node keeps what it has compiled, in the folder of `enableCompileCache`. The many programs that tests start use it too.
process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), "node-compile-cache");

// `npx mocha` runs the unit tests, two files at a time; `npx mocha FILE` runs that file alone: mocha would add the files
// named here to it.
const named = process.argv.slice(2).some((word) => /\.test\.ts$/.test(word));

module.exports = {
  require: ["tsx/cjs"],
  timeout: 60_000,
  ...(named ? {} : { spec: ["test/unit/**/*.test.ts"], parallel: true, jobs: 2 }),
};
