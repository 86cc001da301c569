// `@ghrunners/components/resources`: what Pulumi's process for dynamic resources loads (see dynamic-resource.ts). That
// process is started without the project's Node arguments, so TypeScript gets its loader here.
"use strict";
require("tsx/cjs");
module.exports = require("./registry.ts");
