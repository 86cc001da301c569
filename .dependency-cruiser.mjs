// Arrows point one way (docs/explanation/architecture.md). A room may import the rooms behind it in this list, and no other.
const rooms = [
  ["lab", "^lab/"],
  ["cli", "^packages/cli/"],
  ["program", "^index\\.ts$"],
  ["config", "^config/"],
  ["components", "^components/"],
  ["exporter", "^packages/exporter/"],
  ["deploy", "^packages/deploy/"],
  ["failover", "^packages/failover/"],
  ["policy", "^policy/"],
  ["monitoring", "^monitoring/"],
  ["core", "^packages/core/"],
];

const arrows = rooms.map(([name, from], index) => ({
  name: `${name}-imports-only-what-is-below-it`,
  severity: "error",
  comment: `${name} may import: ${
    rooms
      .slice(index + 1)
      .map(([below]) => below)
      .join(", ") || "nothing"
  }.`,
  from: { path: from },
  to: {
    path: `^test/|${
      rooms
        .slice(0, index)
        .map(([, above]) => above)
        .join("|") || "^$"
    }`,
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
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
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
