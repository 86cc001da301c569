import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { dashboards } from "@ghrunners/monitoring/dashboards/index";
import { consolePage, pageFiles } from "@ghrunners/cli/console/assets";
import { panelsOf, type PanelData } from "@ghrunners/cli/console/panels";
import { startServer, WrongQuestion, type RunningServer } from "@ghrunners/cli/console/server";
import { aligned, nearThresholds, newestText, stretches, valueTicks } from "@ghrunners/cli/console/view/chart";
import { needsChromium, startChromium, violations } from "../../../support/chromium";
import { publishedSchema } from "../../../support/published-schema";
import { prometheusWithSamples, type RunningPrometheus } from "../../../unit/monitoring/running-prometheus";
import { recordedHours } from "../../../unit/cli/dashboards/recording";
import { healthy } from "../../../unit/cli/console/sample-stack";

const validate = addFormats(new Ajv({ strict: false })).compile(publishedSchema("console-panels"));

const panel = (points: PanelData["series"][number]["points"], more: Partial<PanelData> = {}): PanelData => ({
  ...{ title: "a", kind: "timeseries", unit: "seconds", shows: "", normal: "", worry: "", event: "", width: 12 },
  ...{ thresholds: [], states: [], columns: [], series: [{ name: "one", labels: {}, points }] },
  ...more,
});

describe("charts of the console", () => {
  it("leave a gap where there is no sample, and put each value at its time", () => {
    const window = { start: 100, end: 140, step: 10 };
    const { times, values } = aligned(
      panel([
        [100, 1],
        [110, 2],
        [140, 5],
        [900, 9],
      ] as const),
      window,
    );
    assert.deepEqual(times, [100, 110, 120, 130, 140]);
    assert.deepEqual(values, [[1, 2, null, null, 5]]);
  });

  it("have round ticks up from zero, and a line only for a threshold that the values come near", () => {
    const near = { value: 300, worse: "above", tone: "warning" } as const;
    const far = { value: 90_000, worse: "above", tone: "critical" } as const;
    const seen = panel([[0, 200]] as const, { thresholds: [near, far] });
    assert.deepEqual(nearThresholds(seen), [near]);
    assert.deepEqual([valueTicks(seen)[0], (valueTicks(seen).at(-1) ?? 0) >= 300], [0, true]);
  });

  it("have one stretch for each state, and none across time without samples", () => {
    const window = { start: 100, end: 160, step: 10 };
    const points = [
      [100, 1],
      [110, 1],
      [120, 0],
      [150, 0],
    ] as const;
    assert.deepEqual(stretches(points, window), [
      [100, 120, 1],
      [120, 130, 0],
      [150, 160, 0],
    ]);
  });

  it("say the newest value as a state's word, or with its unit", () => {
    const up = panel([[0, 1]] as const, { states: [{ value: 1, text: "up", tone: "good" }] });
    assert.deepEqual(
      [newestText(up, up.series[0]!), newestText(panel([[0, 90]]), panel([[0, 90]]).series[0]!)],
      ["up", "1.5 min"],
    );
  });
});

describe("the console's dashboards, on a real Prometheus with recorded samples", function () {
  this.timeout(120_000);
  let prometheus: RunningPrometheus;
  let browser: Browser | undefined;
  let server: RunningServer | undefined;
  const ask = (text: string) => panelsOf(prometheus.url, "production", new URLSearchParams(text), new Date());

  before(async () => {
    prometheus = await prometheusWithSamples(recordedHours(Math.floor(Date.now() / 1000)));
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await prometheus.stop();
  });

  it("have every panel with its data, in the published form", async () => {
    for (const { uid, rows } of dashboards) {
      const data = await ask(`dashboard=${uid}&range=21600`);
      assert.ok(validate(JSON.parse(JSON.stringify(data))), JSON.stringify(validate.errors));
      const titles = rows.flatMap(({ panels }) => panels.map(({ title }) => title));
      const panels = data.rows.flatMap((row) => row.panels);
      assert.deepEqual(
        panels.map(({ title }) => title),
        titles,
      );
      assert.deepEqual(
        panels.filter(({ series }) => series.length === 0).map(({ title }) => title),
        [],
      );
    }
  });

  it("refuse a dashboard and a range that do not exist", async () => {
    for (const text of ["dashboard=x&range=3600", "dashboard=sre-overview&range=1", "dashboard=sre-overview", ""])
      await assert.rejects(ask(text), WrongQuestion);
  });

  it("are drawn in a browser, each panel, accessible, light and dark, wide and narrow", async function () {
    await needsChromium(this);
    server = await startServer(
      {
        title: "acme",
        page: await pageFiles(consolePage),
        json: { "/api/snapshot": () => healthy, "/api/panels": (query) => ask(query.toString()) },
      },
      0,
    );
    const chromium = await startChromium();
    browser = chromium;
    const [asked, said]: [string[], string[]] = [[], []];
    for (const [colorScheme, width] of [
      ["light", 1400],
      ["dark", 390],
    ] as const) {
      const context = await chromium.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      page.on("request", (request) => void asked.push(request.url()));
      page.on("console", (message) => message.type() === "error" && said.push(message.text()));
      page.on("pageerror", (error) => void said.push(error.message));
      await page.goto(`${server.url}#dashboards`);
      await page.getByRole("combobox", { name: /^Last/ }).selectOption("6 hours");
      for (const { uid, title, rows } of dashboards) {
        await page.getByRole("combobox", { name: /^Dashboard/ }).selectOption(title);
        const panels = rows.flatMap((row) => row.panels);
        await page.getByRole("heading", { name: panels[0]?.title ?? "", exact: true }).waitFor();
        assert.equal(await page.locator("li.panel").count(), panels.length, uid);
        const over = panels.filter(({ kind }) => kind === "timeseries" || kind === "stateTimeline").length;
        assert.ok((await page.locator(".chart canvas").count()) >= over, `${uid} has too few charts`);
        assert.equal(await page.getByText("No data.").count(), 0);
        const wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
        assert.equal(await page.evaluate<boolean>(wide), false, `${width} pixels are too narrow for ${uid}`);
      }
      assert.deepEqual(await violations(page), []);
      await context.close();
    }
    const own = server.url;
    assert.deepEqual([asked.filter((url) => !url.startsWith(own)), said], [[], []]);
  });
});
