/**
 * docs/pictures: the console's views as pictures, of a sample stack at a fixed time. Needs Debian's chromium and
 * prometheus. Run this file to take them again: npx tsx test/unit/docs/console-pictures.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { consolePage, pageFiles } from "@ghrunners/cli/console/assets";
import { panelsOf } from "@ghrunners/cli/console/panels";
import { startServer } from "@ghrunners/cli/console/server";
import { deploymentsOf, read, type ConsoleSnapshot } from "@ghrunners/cli/console/snapshot";
import { projectRoot } from "@ghrunners/core/project-root";
import { faultPage, faultsHandler } from "@ghrunners/lab/console/handler";
import { subjectsOf } from "@ghrunners/lab/console/subjects";
import { startChromium } from "../../support/chromium";
import { prometheusWithSamples } from "../monitoring/running-prometheus";
import { recordedHours } from "../cli/dashboards/recording";
import { at, healthy, problem } from "../cli/console/sample-stack";
import { rolledBack, succeeded } from "../cli/review/samples";

/** The rollback is an hour after the success before it. */
const rollback = JSON.parse(
  JSON.stringify(rolledBack).replaceAll("T10:", "T11:").replace(" | <b>after 3 attempts</b>", ""),
) as typeof rolledBack;
const history = { records: [succeeded, rollback].map((deployment) => ({ deployment })), open: null, unreadable: [] };
const deployments = read([deploymentsOf("app", { ...history, secrets: { files: 2, findings: [] } })], at);

/** One picture. */
interface Picture {
  /** Its file is `NAME.webp`. */
  readonly name: string;
  readonly of: ConsoleSnapshot;
  readonly view: "overview" | "deployments" | "dashboards";
  /** Whether the lab's faults are beside the view. */
  readonly withFaults?: boolean;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Brings the page into the state of the picture. */
  readonly prepare: (page: Page) => Promise<void>;
}

const failover = (page: Page): Promise<void> => page.getByText("runner-2 (secondary) deploys next").waitFor();

/** The primary's machine is off, the secondary deploys next; or everything is as configured. */
export const pictures: readonly Picture[] = [
  { name: "console-failover", of: problem, view: "overview", width: 1000, height: 1180, prepare: failover },
  {
    ...{ name: "console-deployments", of: { ...healthy, deployments }, view: "deployments", width: 1000, height: 760 },
    prepare: async (page) => {
      await page.getByText('undo "unpack"').waitFor();
      await page.locator("summary", { hasText: "demo-app 2" }).click();
    },
  },
  {
    ...{ name: "console-dashboards", of: healthy, view: "dashboards", width: 1000, height: 820 },
    prepare: async (page) => {
      await page.getByLabel("Last").selectOption("6 hours");
      await page.locator(".chart canvas").first().waitFor();
    },
  },
  {
    ...{ name: "console-faults", of: problem, withFaults: true, view: "overview", width: 1280, height: 1000 },
    prepare: async (page) => {
      await failover(page);
      await page.getByRole("button", { name: /^Clear stop/ }).waitFor();
    },
  },
];

/** Takes every picture. @param folder where the files are written */
export async function takePictures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const samples = recordedHours(at.getTime() / 1000)
    .replaceAll('"alpha"', '"runner-1"')
    .replaceAll('"beta"', '"runner-2"');
  const prometheus = await prometheusWithSamples(samples);
  let shown = healthy;
  const json = {
    "/api/snapshot": () => shown,
    "/api/panels": (query: URLSearchParams) => panelsOf(prometheus.url, "production", query, at),
  };
  const stopped = { proxmox: [{ name: "stop", vmid: 151 }], github: [], hosts: [] };
  const subjects = async () => subjectsOf(problem.topology.runners, ["monitoring", "app"], stopped);
  const more = { "/api/faults": faultsHandler({ subjects, press: async () => undefined }, "token") };
  const title = "acme: GitHub runners";
  const [plain, withFaults, browser] = await Promise.all([
    startServer({ title, page: await pageFiles(consolePage), json }, 0),
    startServer({ title, page: await pageFiles(faultPage), json, more }, 0),
    startChromium(),
  ]);
  try {
    for (const { name, of, view, withFaults: hasFaults, width, height, prepare } of pictures) {
      shown = of;
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: "light" });
      await page.goto(`${(hasFaults ? withFaults : plain).url}#${view}`);
      await prepare(page);
      // A third smaller than a PNG.
      const chromium = await page.context().newCDPSession(page);
      const { data } = await chromium.send("Page.captureScreenshot", { format: "webp", quality: 90 });
      writeFileSync(path.join(folder, `${name}.webp`), Buffer.from(data, "base64"));
      await page.close();
    }
  } finally {
    await Promise.all([browser.close(), plain.close(), withFaults.close(), prometheus.stop()]);
  }
}

if (require.main === module) void takePictures(path.join(projectRoot, "docs/pictures"));
