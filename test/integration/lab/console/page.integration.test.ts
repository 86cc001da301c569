import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { pageFiles } from "@ghrunners/cli/console/assets";
import { startServer, type RunningServer } from "@ghrunners/cli/console/server";
import { faultPage, faultsHandler } from "@ghrunners/lab/console/handler";
import type { FaultPanelAction } from "@ghrunners/lab/console/panel";
import { subjectsOf } from "@ghrunners/lab/console/subjects";
import { until } from "@ghrunners/core/until";
import { needsChromium, startChromium, violations } from "../../../support/chromium";
import { healthy } from "../../../unit/cli/console/sample-stack";

const names = healthy.topology.runners;

describe("the lab's console in a browser", function () {
  this.timeout(60_000);
  let browser: Browser;
  let server: RunningServer;
  /** Faults of the emulated services, as the buttons leave them. */
  let set: { name: string; parameters: { name: string } }[] = [];
  let problem: string | undefined;

  async function press(what: FaultPanelAction): Promise<void> {
    if (problem !== undefined) throw new Error(problem);
    if (what.do === "clear-all") set = [];
    else if (what.do === "clear") set = set.filter(({ name }) => name !== `runner-${what.fault}`);
    else {
      const { name = "" } = names.find(({ role }) => role === what.target) ?? {};
      set = [...set, { name: `runner-${what.fault}`, parameters: { name } }];
    }
  }

  before(async function () {
    await needsChromium(this);
    browser = await startChromium();
    const subjects = async () => subjectsOf(names, ["monitoring"], { proxmox: [], github: set, hosts: [] });
    server = await startServer(
      {
        title: "lab: GitHub runners",
        page: await pageFiles(faultPage),
        json: { "/api/snapshot": () => healthy },
        more: { "/api/faults": faultsHandler({ subjects, press }, "token") },
      },
      0,
    );
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(() => ([set, problem] = [[], undefined]));

  async function opened(look: (page: Page) => Promise<void>, options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    try {
      const page = await context.newPage();
      await page.goto(server.url);
      await page.getByRole("heading", { name: "Faults of the lab" }).waitFor();
      await page.getByText("No fault is set.").waitFor();
      await look(page);
    } finally {
      await context.close();
    }
  }

  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

  it("makes a fault by its button, shows it, and clears it", () =>
    opened(async (page) => {
      await button(page, "Make api-offline: the primary (runner-1)").click();
      await button(page, "Clear api-offline: the primary (runner-1)").waitFor();
      assert.deepEqual(set, [{ name: "runner-api-offline", parameters: { name: "runner-1" } }]);
      await page.getByText("api-offline: the primary (runner-1)").waitFor();
      await button(page, "Clear api-offline: the primary (runner-1)").click();
      await page.getByText("No fault is set.").waitFor();
      await page.getByLabel(/^Break /).selectOption("the secondary (runner-2)");
      await button(page, "Make ghost-busy: the secondary (runner-2)").click();
      await button(page, "Clear all faults").click();
      await page.getByText("No fault is set.").waitFor();
      assert.deepEqual(set, []);
    }));

  it("says why a fault cannot be made", () =>
    opened(async (page) => {
      problem = "The host monitoring does not run.";
      await page.getByLabel(/^Break /).selectOption('the host "monitoring"');
      await button(page, 'Make stop: the host "monitoring"').click();
      await page.getByRole("alert").waitFor();
      assert.match(await page.getByRole("alert").innerText(), /The host monitoring does not run\./);
      await page.getByText("No fault is set.").waitFor();
    }));

  for (const [colorScheme, width] of [["light", 1280] as const, ["dark", 360] as const])
    it(`is accessible and fits: ${colorScheme}, ${width} pixels`, () =>
      opened(
        async (page) => {
          assert.deepEqual(await violations(page), []);
          await button(page, "Make api-offline: the primary (runner-1)").click();
          await button(page, "Clear api-offline: the primary (runner-1)").waitFor();
          assert.deepEqual(await violations(page), []);
          const overflows = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
          assert.equal(await page.evaluate<boolean>(overflows), false);
        },
        { colorScheme, viewport: { width, height: 800 } },
      ));

  it("can be used by the keyboard alone, and the focus stays on the button", () =>
    opened(async (page) => {
      const label = (): Promise<string> =>
        page.evaluate<string>("document.activeElement?.getAttribute('aria-label') ?? ''");
      await page.getByLabel(/^Break /).focus();
      await page.keyboard.press("Tab");
      assert.equal(await label(), "Make stop: the primary (runner-1)");
      const wanted = "Make ghost-busy: the primary (runner-1)";
      for (let steps = 0; steps < 15 && (await label()) !== wanted; steps += 1) await page.keyboard.press("Tab");
      assert.equal(await label(), wanted);
      await page.keyboard.press("Enter");
      await button(page, "Clear ghost-busy: the primary (runner-1)").waitFor();
      await until("the focus stays", 2_000, async () => (await label()).startsWith("Clear ghost-busy"));
      const outline = "getComputedStyle(document.activeElement).outlineStyle";
      assert.notEqual(await page.evaluate<string>(outline), "none");
      await page.keyboard.press("Space");
      await page.getByText("No fault is set.").waitFor();
    }));
});
