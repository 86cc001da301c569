// Pulumi starts a pack under ts-node with a type check; what tsx loads goes past it.
require("tsx/cjs");
require("./index.ts");
