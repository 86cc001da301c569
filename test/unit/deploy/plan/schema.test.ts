import assert from "node:assert/strict";
import { type PlanInput, planSchema } from "@ghrunners/deploy/plan/schema";
import { categories } from "@ghrunners/deploy/protocol/request";

type Json = Record<string, unknown>;

const then = { daemonReload: false, reload: [], restart: [] };
const load = { kind: "load" } as const;
/** A plan with each kind of step and probe, and nothing that has a default. */
const least = {
  application: "app",
  environment: "production",
  targets: ["app"],
  artefact: { file: "app-{version}.tar.gz", sums: "SHA256SUMS" },
  releases: "/opt/app/releases",
  current: "/opt/app/current",
  steps: [
    { kind: "unpack", name: "unpack" },
    { kind: "expand", name: "expand", run: ["migrate"], oldestVersion: "1" },
    { kind: "units", name: "stop", action: "stop", units: ["a.service", "b.service"] },
    { kind: "file", name: "file", from: "a.conf", to: "/etc/a.conf" },
    { kind: "activate", name: "activate" },
    { kind: "command", name: "command", run: ["do", "it"], undo: ["undo"] },
    { kind: "units", name: "start", action: "start", units: ["b.service"] },
  ],
  health: [
    { name: "http", category: "backend", probe: { kind: "http", url: "http://127.0.0.1/" } },
    { name: "units", category: "frontend", probe: { kind: "units", units: ["a.service", "b.service"] } },
    { name: "command", category: "database", probe: { kind: "command", run: ["true", "-v"] } },
    { name: "disk", category: "cache", probe: { kind: "disk", path: "/" } },
    { name: "memory", category: "external", probe: { kind: "memory" } },
    { name: "load", category: "system", probe: load },
    { name: "proxy", category: "proxy", probe: load },
    { name: "all units", category: "units", probe: load },
  ],
  smoke: [
    { name: "first", probe: load },
    { name: "second", probe: load },
  ],
} satisfies PlanInput;

const probes = [
  { kind: "http", url: "http://127.0.0.1/", method: "GET", headers: {}, status: 200, json: {} },
  { kind: "units", units: ["a.service", "b.service"] },
  { kind: "command", run: ["true", "-v"] },
  { kind: "disk", path: "/", maxUsedPercent: 90 },
  { kind: "memory", maxUsedPercent: 85 },
  ...Array.from({ length: 3 }, () => ({ kind: "load", maxPerProcessor: 4 })),
];

/** The plan with another value at a path such as `steps.1.run`; undefined takes it out. */
function having(path: string, value: unknown): unknown {
  const plan = structuredClone(least) as Json;
  const parts = path.split(".");
  const last = parts.pop() as string;
  const place = parts.reduce((node, part) => (node[part] ??= {}) as Json, plan);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return plan;
}
const problems = (plan: unknown): string[] =>
  planSchema.safeParse(plan).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("the schema of a plan", () => {
  it("fills each default in, and changes nothing else", () => {
    assert.deepEqual(planSchema.parse(least), {
      ...least,
      steps: least.steps.map((step) => ({
        ...step,
        limitSeconds: 60,
        ...(step.kind === "file" ? { mode: "0644" } : {}),
        ...(["file", "activate"].includes(step.kind) ? { then } : {}),
      })),
      health: least.health.map((check, index) => ({
        ...check,
        critical: true,
        attempts: 3,
        pauseSeconds: 5,
        limitSeconds: 30,
        probe: probes[index],
      })),
      smoke: least.smoke.map((test) => ({
        ...test,
        critical: true,
        attempts: 2,
        pauseSeconds: 1,
        limitSeconds: 30,
        probe: { ...load, maxPerProcessor: 4 },
      })),
      limits: { leaseSeconds: 30, totalSeconds: 600, freeMiB: 200, keepReleases: 3 },
    });
  });

  it("takes a plan with values at the end of each range, and refuses one with values beyond it", () => {
    const ranges: [path: string, least: number, most: number, step: number][] = [
      ["steps.0.limitSeconds", 1, 3600, 1],
      ["health.0.limitSeconds", 1, 3600, 1],
      ["health.0.attempts", 1, 10, 1],
      ["smoke.0.attempts", 1, 10, 1],
      ["health.0.pauseSeconds", 0, 60, 0.5],
      ["smoke.0.pauseSeconds", 0, 60, 0.5],
      ["health.0.probe.status", 100, 599, 1],
      ["health.3.probe.maxUsedPercent", 1, 100, 0.5],
      ["health.4.probe.maxUsedPercent", 1, 100, 0.5],
      ["limits.leaseSeconds", 1, 3600, 1],
      ["limits.totalSeconds", 1, 3600, 1],
      ["limits.freeMiB", 0, 1e6, NaN],
      ["limits.keepReleases", 1, 20, 1],
    ];
    for (const [path, low, high, step] of ranges) {
      for (const value of [low, high]) assert.deepEqual(problems(having(path, value)), [], `${path} ${value}`);
      for (const value of [low - step, high + step])
        assert.match(problems(having(path, value)).join(), new RegExp(`^${path}: `), `${path} ${value}`);
    }
    assert.match(problems(having("limits.freeMiB", -1)).join(), /^limits\.freeMiB: /);
    assert.match(problems(having("health.5.probe.maxPerProcessor", 0)).join(), /^health\.5\.probe\.maxPerProcessor: /);
    assert.deepEqual(problems(having("health.5.probe.maxPerProcessor", 0.1)), []);
  });

  const also: [path: string, value: unknown][] = [
    ["health.0.probe.url", "https://app.example/"],
    ...(["GET", "POST", "HEAD"] as const).map((method): [string, unknown] => ["health.0.probe.method", method]),
    ["health.3.probe.path", "/var/lib/app"],
    ["steps.0.name", "a.b/c-d e"],
    ["steps.1.run", ["a word with blanks", "two\nlines"]],
  ];
  for (const [path, value] of also)
    it(`takes ${JSON.stringify(value)} at ${path}`, () => assert.deepEqual(problems(having(path, value)), []));

  const refused: [path: string, value: unknown, says: string | RegExp][] = [
    ["typo", 1, /^: .*typo/],
    ["artefact.typo", 1, /^artefact: .*typo/],
    ["limits.typo", 1, /^limits: .*typo/],
    ["health.0.typo", 1, /^health\.0: .*typo/],
    ["smoke.0.category", "backend", /^smoke\.0: .*category/],
    ["steps.4.then.typo", 1, /^steps\.4\.then: .*typo/],
    ...least.steps.map((_, index): [string, unknown, RegExp] => [`steps.${index}.typo`, 1, /^steps\.\d: .*typo/]),
    ...probes.map((_, index): [string, unknown, RegExp] => [
      `health.${index}.probe.typo`,
      1,
      /^health\.\d\.probe: .*typo/,
    ]),
    ["steps.0.kind", "none", /^steps\.0\.kind: /],
    ["health.0.probe.kind", "none", /^health\.0\.probe\.kind: /],
    ["health.0.category", "other", /^health\.0\.category: /],
    ["steps.2.action", "restart", /^steps\.2\.action: /],
    ["health.0.probe.method", "PUT", /^health\.0\.probe\.method: /],
    ["health.0.probe.url", "ftp://127.0.0.1/", /^health\.0\.probe\.url: /],
    ["health.0.probe.url", "see http://127.0.0.1/", /^health\.0\.probe\.url: /],
    ["health.3.probe.path", "var", /^health\.3\.probe\.path: /],
    ["health.1.probe.units", [], /^health\.1\.probe\.units: /],
    ["steps.2.units", [], /^steps\.2\.units: /],
    ["steps.1.run", [], /^steps\.1\.run: /],
    ["steps.1.run", [""], "steps.1.run.0: expected a text that is not empty"],
    ["steps.1.run", ["a\0"], "steps.1.run.0: expected a text that is not empty"],
    ["steps.1.run", ["\0a"], "steps.1.run.0: expected a text that is not empty"],
    [
      "targets",
      ["a", "b"],
      /^targets: expected one target: a transaction covers exactly one machine \(docs\/\S+\.md\)$/,
    ],
    ["steps.0.name", "", "steps.0.name: expected a short name of letters, digits and . _ / -"],
    ["steps.1.name", "unpack", "steps: expected a different name for each step"],
    ["health.1.name", "http", "health: expected a different name for each check"],
    ["smoke.1.name", "first", "smoke: expected a different name for each test"],
    ["smoke", [], /^smoke: /],
    ["health.0.category", "frontend", `health: expected a check of each category: ${categories.join(", ")}`],
    ["steps.1", { kind: "unpack", name: "again" }, "steps: expected exactly one step of kind unpack"],
    ["steps.1", { kind: "activate", name: "again" }, "steps: expected exactly one step of kind activate"],
    [
      "steps.0",
      { kind: "command", name: "x", run: ["a"], undo: ["b"] },
      "steps: expected exactly one step of kind unpack",
    ],
    [
      "steps.6.units",
      ["b.service", "c.service"],
      "steps: expected each unit that is started to be stopped by an earlier step",
    ],
    ["steps.2.action", "start", "steps: expected each unit that is started to be stopped by an earlier step"],
    [
      "steps.3.to",
      "/opt/app/current/x",
      'steps: step "file": /opt/app/current/x and current: /opt/app/current are inside each other; expected separate paths',
    ],
  ];
  for (const [path, value, says] of refused)
    it(`refuses ${JSON.stringify(value)} at ${path}`, () => {
      const seen = problems(having(path, value)).join("\n");
      if (typeof says === "string") assert.equal(seen, says);
      else assert.match(seen, says);
    });

  it("asks for at least one step", () => {
    assert.match(problems(having("steps", [])).join("\n"), /^steps: Too small/);
  });
});
