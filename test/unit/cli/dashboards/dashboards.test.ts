import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inflateSync } from "node:zlib";
import { dashboards } from "@ghrunners/monitoring/dashboards/index";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { needsChromium } from "../../../support/chromium";
import { RecordedPrometheus } from "./recorded-prometheus";
import { recordedHours } from "./recording";
import { projectRoot } from "@ghrunners/core/project-root";

const root = projectRoot;
const titles = dashboards.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels.map(({ title }) => title)));

/** How many different byte values a PNG's picture has: a page of one colour has a handful. */
function variety(png: Buffer): number {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  return new Set(inflateSync(Buffer.concat(parts))).size;
}

describe("ghrunners dashboards, on a real Prometheus with recorded samples", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-dashboards-"));
  const page = path.join(folder, "page.html");
  let prometheus: RecordedPrometheus;

  const command = (...args: string[]) =>
    runProcess(nodeLine("packages/cli/main.ts", "dashboards", ...args), { cwd: root, env: process.env });

  before(async () => {
    prometheus = await RecordedPrometheus.start(recordedHours(Math.floor(Date.now() / 1000)));
  });
  after(async () => {
    await prometheus.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("check: every panel finds its data", async () => {
    const { code, all } = await command("check", "--json", "--range", "6h", "--prometheus", prometheus.url);
    assert.equal(code, 0, all);
    const { panels } = JSON.parse(all.slice(all.indexOf("{"))) as { panels: { panel: string; series: number }[] };
    assert.equal(panels.length, titles.length);
    assert.deepEqual(
      panels.filter(({ series }) => series === 0),
      [],
    );
  });

  it("check: a panel without data names the event that would make it", async () => {
    const early = await RecordedPrometheus.start(
      `up{environment="production",job="ghrunners-node",runner="alpha",role="primary"} 1 ${Math.floor(Date.now() / 1000)}\n# EOF\n`,
    );
    try {
      const { code, all } = await command("check", "--prometheus", early.url);
      assert.equal(code, 0, all);
      assert.match(all, /✔ sre-overview {2}Exporters: 1 series/);
      assert.match(
        all,
        /· deployment-pipeline {2}Success over 7 days: no data until a deployment has ended within 7 days/,
      );
    } finally {
      await early.stop();
    }
  });

  it("render: one page with every panel drawn, which loads nothing from other servers", async () => {
    const { code, all } = await command("render", "--range", "6h", "--out", page, "--prometheus", prometheus.url);
    assert.equal(code, 0, all);
    const html = readFileSync(page, "utf8");
    for (const { uid } of dashboards) assert.ok(html.includes(`<article id="${uid}">`));
    assert.equal(html.split('<section class="panel').length - 1, titles.length);
    assert.ok(!html.includes('class="empty"'));
    assert.doesNotMatch(html, /<(script|link|img|iframe)|url\(|@import|NaN|undefined/);
  });

  it("render: the page is not blank in a browser", async function () {
    await needsChromium(this);
    const picture = path.join(folder, "page.png");
    const { status, stderr } = spawnSync(
      "chromium",
      [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        `--user-data-dir=${path.join(folder, "profile")}`,
        "--window-size=1400,1600",
        `--screenshot=${picture}`,
        `file://${page}`,
      ],
      { encoding: "utf8", timeout: 60_000 },
    );
    assert.equal(status, 0, stderr);
    assert.ok(variety(readFileSync(picture)) > 100);
  });

  it("wrong use and an unknown environment are refused with the reason", async () => {
    const wrong = await command("check", "--range", "soon");
    assert.equal(wrong.code, 2);
    assert.match(wrong.all, /Expected 30m, 6h or 7d/);
    const unknown = await command("check", "--environment", "mars", "--prometheus", prometheus.url);
    assert.equal(unknown.code, 1);
    assert.match(unknown.all, /has targets of production, expected mars/);
    const nobody = await command("check", "--prometheus", "http://127.0.0.1:9");
    assert.equal(nobody.code, 1);
    assert.match(nobody.all, /http:\/\/127\.0\.0\.1:9 does not answer .* Next: check --prometheus/);
  });
});
