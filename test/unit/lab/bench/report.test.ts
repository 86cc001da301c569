import assert from "node:assert/strict";
import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { renderReport } from "@ghrunners/lab/bench/render";
import { buildReport, type BenchMeasurements, type BenchSample } from "@ghrunners/lab/bench/report";
import { publishedSchema } from "../../../support/published-schema";

const validate = addFormats(new Ajv({ allErrors: true, strict: true })).compile(publishedSchema("bench"));

const noOp = (subject: BenchSample["subject"], round: number, seconds: number): BenchSample => ({
  measure: "runners/no-op",
  subject,
  round,
  seconds,
  peakMemoryMiB: 100 * round,
  cpuSeconds: { pulumi: seconds / 2, "node run": seconds / 4 },
});
const sized = (subject: BenchSample["subject"], size: number, seconds: number): BenchSample => ({
  measure: "vms/preview",
  subject,
  round: 1,
  seconds,
  size,
});

const findings = (samples: readonly BenchSample[]): BenchMeasurements => ({
  startedAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  machine: { platform: "linux x64", kernel: "6.1", cpu: "test", cores: 2, memoryMiB: 2048 },
  versions: { node: "20.0.0" },
  samples,
  bars: [{ measure: "runners/no-op", seconds: 4 }],
  omitted: [{ measure: "boot", reason: "no root" }],
});

const full = buildReport(
  findings([
    noOp("ghrunners", 1, 3),
    noOp("opentofu+ansible", 1, 6),
    noOp("ghrunners", 2, 5),
    noOp("opentofu+ansible", 2, 20),
    sized("ghrunners", 2, 2),
    sized("ghrunners", 20, 4),
    sized("opentofu", 20, 2),
    sized("ghrunners", 200, 20),
  ]),
);

describe("bench: report", () => {
  it("fits its published schema, and the schema refuses another version", () => {
    assert.ok(validate(JSON.parse(JSON.stringify(full))), JSON.stringify(validate.errors));
    assert.equal(validate({ ...full, version: 2 }), false);
    assert.equal(validate({ ...full, extra: 1 }), false);
  });

  it("says how many runs ended whole, and the 95th percentile where there are enough", () => {
    const hit = (round: number): BenchSample => ({
      measure: "deployment/fault",
      subject: "ghrunners",
      round,
      seconds: round,
      whole: round !== 7,
    });
    const report = buildReport(findings(Array.from({ length: 20 }, (_, index) => hit(index + 1))));
    assert.ok(validate(JSON.parse(JSON.stringify(report))), JSON.stringify(validate.errors));
    const [entry] = report.measures;
    assert.deepEqual([entry?.p95, entry?.wholeShare], [19, 0.95]);
    assert.match(renderReport(report), /deployment\/fault +ghrunners .* 19\.00 +20 +95\.0 %/);
    assert.equal(
      full.measures.some(({ p95 }) => p95 !== undefined),
      false,
    );
  });

  it("sums up the runs of one measure and one subject", () => {
    const own = full.measures.find(({ measure, subject }) => measure === "runners/no-op" && subject === "ghrunners");
    assert.deepEqual(own?.runs, [3, 5]);
    assert.deepEqual(own?.summary, { min: 3, median: 4, max: 5 });
    assert.deepEqual(own?.peakMemoryMiB, { min: 100, median: 150, max: 200 });
    assert.deepEqual(own?.cpuSeconds, { pulumi: 2, "node run": 1 });
  });

  it("holds a bar against the project's median only, and a median on the bar misses it", () => {
    const bars = full.measures.filter(({ bar }) => bar !== undefined);
    assert.deepEqual(
      bars.map(({ subject, bar }) => [subject, bar]),
      [["ghrunners", { seconds: 4, met: false }]],
    );
    const [quick] = buildReport(findings([noOp("ghrunners", 1, 3.999)])).measures;
    assert.equal(quick?.bar?.met, true);
  });

  it("compares round by round and size by size, never across", () => {
    assert.deepEqual(full.comparisons, [
      {
        measure: "runners/no-op",
        subject: "ghrunners",
        peer: "opentofu+ansible",
        ratios: { min: 0.25, median: 0.375, max: 0.5 },
      },
      {
        measure: "vms/preview",
        size: 20,
        subject: "ghrunners",
        peer: "opentofu",
        ratios: { min: 2, median: 2, max: 2 },
      },
    ]);
    const unpaired = buildReport(findings([noOp("ghrunners", 1, 3), noOp("opentofu+ansible", 2, 6)]));
    assert.deepEqual(unpaired.comparisons, []);
  });

  it("says how time grows from one size to the next", () => {
    assert.deepEqual(
      full.growth.map(({ subject, from, to, sizeRatio, timeRatio }) => [subject, from, to, sizeRatio, timeRatio]),
      [
        ["ghrunners", 2, 20, 10, 2],
        ["ghrunners", 20, 200, 10, 5],
      ],
    );
  });

  it("shows bars, ratios, growth and what was left out", () => {
    const text = renderReport(full);
    assert.match(
      text,
      /runners\/no-op +ghrunners +3\.00 +4\.00 +5\.00 +2 +MISSED \(< 4\) +150 +pulumi 2\.0, node run 1\.0/,
    );
    assert.match(text, /runners\/no-op +ghrunners \/ opentofu\+ansible +0\.25 +0\.38 +0\.50/);
    assert.match(text, /vms\/preview +ghrunners +20 to 200 +x10 +x5\.0/);
    assert.match(text, /boot was left out: no root/);
    assert.match(text, /^test, 2 cores, 2\.0 GiB, linux x64 6\.1\nnode 20\.0\.0\n/);
  });

  it("shows the milliseconds of an exporter's answer", () => {
    const report = buildReport(
      findings([{ measure: "exporter/scrape", subject: "ghrunners", round: 1, seconds: 0.0014 }]),
    );
    assert.match(renderReport(report), /exporter\/scrape +ghrunners +0\.0014 +0\.0014 +0\.0014 /);
  });
});
