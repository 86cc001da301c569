// Keeps what V8 makes of a bundle: loads the libraries in it, but none of its programs, and writes the compiled code beside
// it. Usage: node warm.cjs ROOT BUNDLE
"use strict";
const { writeFileSync } = require("node:fs");
const v8 = require("node:v8");
require("../register.cjs");
const { cacheOf, compile, run } = require("./bundle.cjs");

const [root, file] = process.argv.slice(2);
const script = compile(file);
for (const load of run(script, file, root).imports) load();
// Pulumi's SDK sets this flag while it loads. V8 takes a cache only under the flags that it was made with.
v8.setFlagsFromString("--no-allow-natives-syntax");
writeFileSync(cacheOf(file), script.createCachedData());
// Whatever a library keeps open is of no interest here.
process.exit(0);
