/** The rooms below the program. */
const below = [
  "config",
  "components",
  "exporter",
  "deploy",
  "failover",
  "metrics-server",
  "policy",
  "monitoring",
  "core",
];

/**
 * The rooms of the project, the upper ones first: name, path, and the rooms that it may import, all of them below it. The
 * table in docs/explanation/architecture.md says the same.
 */
export const rooms = [
  ["test", "^test/", ["lab", "cli", "program", "examples", ...below]],
  ["lab", "^lab/", ["cli", "program", ...below]],
  ["cli", "^packages/cli/", ["program", ...below]],
  ["program", "^index\\.ts$", ["config", "components"]],
  ["config", "^config/", ["components", "policy", "monitoring", "core"]],
  ["examples", "^examples/", ["components"]],
  ["components", "^components/", ["exporter", "deploy", "failover", "policy", "monitoring", "core"]],
  ["exporter", "^packages/exporter/", ["failover", "metrics-server", "monitoring", "core"]],
  ["deploy", "^packages/deploy/", ["failover", "monitoring", "core"]],
  ["failover", "^packages/failover/", ["metrics-server", "monitoring", "core"]],
  ["metrics-server", "^packages/metrics-server/", ["monitoring", "core"]],
  ["policy", "^policy/", ["core"]],
  ["monitoring", "^monitoring/", ["core"]],
  ["core", "^packages/core/", []],
];

const arrows = rooms.map(([name, from, allowed]) => ({
  name: `${name}-imports-only-what-it-may`,
  severity: "error",
  comment: `${name} may import: ${allowed.join(", ") || "nothing"}.`,
  from: { path: from },
  to: {
    path:
      rooms
        .filter(([other]) => other !== name && !allowed.includes(other))
        .map(([, to]) => to)
        .join("|") || "^$",
  },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...arrows,
    {
      name: "no-cycle",
      severity: "error",
      comment: "Two files that need each other are one thought: put what both need into a third, or join them.",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      severity: "error",
      comment: "The module cannot be found: a file that moved, or a package that package.json does not name.",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules/(?!@ghrunners)" },
    exclude: { path: "(^|/)node_modules/(?!@ghrunners/)" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    // A package of types alone is found by its types.
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
      mainFields: ["main", "types"],
      extensions: [".ts", ".tsx", ".cjs", ".mjs", ".js", ".json", ".d.ts"],
    },
  },
};
