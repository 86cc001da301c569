import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { dashboards } from "@ghrunners/monitoring/dashboards/index";
import { renderPage, type DashboardsFile } from "@ghrunners/cli/dashboards/page-file";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { needsChromium, startChromium, violations } from "../../../support/chromium";
import { prometheusWithSamples, type RunningPrometheus } from "../../../unit/monitoring/running-prometheus";
import { recordedHours } from "../../../unit/cli/dashboards/recording";
import { projectRoot } from "@ghrunners/core/project-root";

const root = projectRoot;
const titles = dashboards.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels.map(({ title }) => title)));

describe("ghrunners dashboards, on a real Prometheus with recorded samples", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-dashboards-"));
  const page = path.join(folder, "page.html");
  let prometheus: RunningPrometheus;

  const command = (...args: string[]) =>
    runProcess(nodeLine("packages/cli/main.ts", "dashboards", ...args), { cwd: root, env: process.env });

  before(async () => {
    prometheus = await prometheusWithSamples(recordedHours(Math.floor(Date.now() / 1000)));
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
    const early = await prometheusWithSamples(
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

  it("render: one file with every panel and its data", async () => {
    const { code, all } = await command("render", "--range", "6h", "--out", page, "--prometheus", prometheus.url);
    assert.equal(code, 0, all);
    const html = readFileSync(page, "utf8");
    assert.doesNotMatch(html, /<(link|img|iframe)|<script[^>]* src/);
    const data = /<script type="application\/json" id="dashboards">(.*)<\/script>/.exec(html)?.[1] ?? "";
    const shown = JSON.parse(data) as DashboardsFile;
    const panels = shown.dashboards.flatMap(({ rows }) => rows.flatMap((row) => row.panels));
    assert.deepEqual(
      panels.map(({ title }) => title),
      titles,
    );
    assert.ok(html.length < 3_000_000, `${html.length} bytes`);
  });

  it("render: the file draws each panel in a browser, accessible, wide and narrow, and asks for nothing", async function () {
    await needsChromium(this);
    const browser = await startChromium();
    try {
      for (const [colorScheme, width] of [["light", 1400] as const, ["dark", 390] as const]) {
        const tab = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
        const [asked, said]: [string[], string[]] = [[], []];
        tab.on("request", (request) => void asked.push(request.url()));
        tab.on("console", (message) => message.type() === "error" && said.push(message.text()));
        tab.on("pageerror", (error) => void said.push(error.message));
        await tab.goto(`file://${page}`);
        for (const { title, rows } of dashboards) {
          await tab.getByRole("link", { name: title, exact: true }).click();
          await tab.getByRole("heading", { name: title, exact: true }).waitFor();
          const panels = rows.flatMap((row) => row.panels);
          assert.equal(await tab.locator("li.panel").count(), panels.length);
          const over = panels.filter(({ kind }) => kind === "timeseries" || kind === "stateTimeline");
          assert.ok((await tab.locator(".chart canvas").count()) >= over.length);
          assert.equal(await tab.getByText("No data.").count(), 0);
          const wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
          assert.equal(await tab.evaluate<boolean>(wide), false, `${width} pixels are too narrow for ${title}`);
          assert.deepEqual(await violations(tab), []);
        }
        assert.deepEqual([asked, said], [[`file://${page}`], []]);
        await tab.close();
      }
    } finally {
      await browser.close();
    }
  });

  it("render: no text of a series ends the script or becomes a part of the page", () => {
    const evil = "</script><img src=x onerror=alert(1)>";
    const shown: DashboardsFile = { environment: evil, prometheus: evil, dashboards: [] };
    const html = renderPage(shown, { script: 'const text = "</script>";', style: "" });
    assert.equal(html.split("</script>").length - 1, 2);
    assert.ok(!html.includes("<img"));
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
