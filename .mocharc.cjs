"use strict";

// `npx mocha` runs the unit tests, two files at a time; `npx mocha FILE` runs that file alone: mocha would add the files
// named here to it.
const named = process.argv.slice(2).some((word) => /\.test\.ts$/.test(word));

module.exports = {
  require: ["tsx/cjs"],
  timeout: 60_000,
  ...(named ? {} : { spec: ["test/unit/**/*.test.ts"], parallel: true, jobs: 2 }),
};
