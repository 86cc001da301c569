import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { consolePage, pageFiles, type PageFiles } from "@ghrunners/cli/console/assets";
import { startServer, type RunningServer } from "@ghrunners/cli/console/server";
import type { ConsoleSnapshot } from "@ghrunners/cli/console/snapshot";
import { until } from "@ghrunners/core/until";
import { needsChromium, startChromium, violations } from "../../../support/chromium";
import { bare, beginning, healthy, problem, unknown } from "../../../unit/cli/console/sample-stack";

const views = ["overview", "deployments", "alerts"] as const;
const states = { healthy, problem, unknown, beginning, bare } as const;

describe("the console's page in a browser", function () {
  this.timeout(120_000);
  let browser: Browser;
  let files: PageFiles;
  let server: RunningServer;
  let snapshot: ConsoleSnapshot | undefined;

  const start = (port = 0): Promise<RunningServer> =>
    startServer(
      {
        title: "acme: GitHub runners",
        page: files,
        json: { "/api/snapshot": () => snapshot ?? new Promise(() => undefined) },
      },
      port,
    );

  before(async function () {
    await needsChromium(this);
    files = await pageFiles(consolePage);
    browser = await startChromium();
    server = await start();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Opens the page, and asserts at the end that it asked nothing of another place and printed no error. */
  async function seen(
    what: ConsoleSnapshot | undefined,
    look: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
    view = "overview",
  ): Promise<void> {
    snapshot = what;
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    try {
      const page = await context.newPage();
      const [asked, said]: [string[], string[]] = [[], []];
      page.on("request", (request) => void asked.push(request.url()));
      page.on("console", (message) => message.type() === "error" && said.push(message.text()));
      page.on("pageerror", (error) => void said.push(error.message));
      await page.goto(`${server.url}#${view}`);
      await look(page);
      assert.deepEqual(
        asked.filter((url) => !url.startsWith(server.url)),
        [],
      );
      assert.deepEqual(
        said.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/.test(text)),
        [],
      );
    } finally {
      await context.close();
    }
  }

  /** Waits until the page says this: a click is answered before the page is drawn anew. */
  const says = (page: Page, words: RegExp): Promise<true> =>
    until(`the page says ${String(words)}`, 10_000, async () => {
      const text = await page.locator("body").innerText();
      if (!words.test(text)) throw new Error(text);
      return true as const;
    });
  const shown = (page: Page): Promise<void> => page.locator("header h1:has-text('stack acme')").waitFor();
  const overflows = (page: Page): Promise<boolean> =>
    page.evaluate<boolean>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

  for (const [name, state] of Object.entries(states))
    it(`is accessible in every view: ${name}`, async () => {
      // The colours and the widths are those of every state; the richest two are looked at in both.
      const looks = [
        ["light", 1200] as const,
        ...(state === healthy || state === problem ? [["dark", 360] as const] : []),
      ];
      for (const [colorScheme, width] of looks)
        await seen(
          state,
          async (page) => {
            await shown(page);
            for (const view of views) {
              await page.evaluate(`location.hash = "${view}"`);
              await page.locator(`nav a[href="#${view}"][aria-current=page]`).waitFor();
              assert.deepEqual(await violations(page), []);
              assert.equal(await overflows(page), false, `${width} pixels are too narrow for ${view}`);
            }
          },
          { colorScheme, viewport: { width, height: 800 } },
        );
    });

  it("shows a healthy stack from every side, and who deploys next", () =>
    seen(healthy, async (page) => {
      await shown(page);
      assert.equal(await page.getByRole("status").innerText(), "✔Healthy");
      const primary = page.locator("li.runner", { hasText: "runner-1" });
      assert.match(
        await primary.innerText(),
        /deploys next[\s\S]*running[\s\S]*online, idle[\s\S]*exporters answer[\s\S]*healthy/,
      );
      await says(page, /runner-1 \(primary\) deploys next/);
    }));

  it("shows what is wrong, with each alert's runbook and each step of a rollback", async () => {
    await seen(problem, async (page) => {
      await shown(page);
      assert.match(await page.getByRole("status").innerText(), /✘\d+ problems/);
      assert.match(await page.locator(".problems").innerText(), /machine runner-1 \(VM 151\) is stopped/);
      await page.getByRole("link", { name: /^Alerts/ }).click();
      const runbook = page.getByRole("link", { name: "Runbook of RunnerOffline" });
      assert.match((await runbook.getAttribute("href")) ?? "", /offline-restore\.md#runneroffline$/);
      assert.equal(await page.getByRole("link", { name: "Runbook of Strange" }).count(), 0);
      await says(page, /The primary is offline <at GitHub>/);
      await page.getByRole("link", { name: "Deployments" }).click();
      await says(page, /Now: version 4 by operator@runner-2[\s\S]*step "unpack": runs/);
      await page.locator("summary", { hasText: "demo-app 3" }).click();
      await says(page, /undo "unpack"/);
      const bars = await page
        .locator(".bar")
        .evaluateAll((all) => all.map((bar) => (bar as { style: { width: string } }).style.width));
      assert.ok(bars.length > 5 && bars.every((width) => width.endsWith("%")), bars.join());
    });
  });

  it("says that it does not know, and does not call it healthy", () =>
    seen(unknown, async (page) => {
      await shown(page);
      await says(page, /failover switch cannot be read: 192\.0\.2\.9 does not answer on port 22/);
      assert.doesNotMatch(await page.getByRole("status").innerText(), /Healthy/);
      assert.match(await page.locator("li.runner").first().innerText(), /\?\s*unknown/);
    }));

  it("says that it loads, while the first answer is on its way", () =>
    seen(undefined, async (page) => {
      await page.getByText("The stack is being read.").waitFor();
      assert.deepEqual(await violations(page), []);
    }));

  it("says that the connection is lost, keeps what it showed, and comes back by itself", () =>
    seen(healthy, async (page) => {
      await shown(page);
      const port = Number(new URL(server.url).port);
      await server.close();
      await page.getByRole("alert").waitFor({ timeout: 20_000 });
      assert.match(await page.getByRole("status").innerText(), /Connection lost/);
      await says(page, /runner-1 \(primary\) deploys next/);
      assert.deepEqual(await violations(page), []);
      server = await start(port);
      await page.getByRole("alert").waitFor({ state: "detached", timeout: 20_000 });
      assert.equal(await page.getByRole("status").innerText(), "✔Healthy");
    }));

  it("follows a failover without a reload", () =>
    seen(healthy, async (page) => {
      await shown(page);
      await page.locator("#next-deployment-choice", { hasText: "runner-1" }).waitFor();
      snapshot = problem;
      await page.locator("#next-deployment-choice", { hasText: "runner-2 (secondary) deploys next" }).waitFor();
    }));

  it("is dark or light as the system says, or as its switch says, also after a reload", () =>
    seen(
      healthy,
      async (page) => {
        await shown(page);
        const background = (): Promise<string> =>
          page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
        const dark = await background();
        await page.getByLabel("Colours").selectOption("light");
        const light = await until("the page is light", 5_000, async () => {
          const now = await background();
          return now === dark ? undefined : now;
        });
        await page.reload();
        await shown(page);
        assert.equal(await background(), light);
        await page.getByLabel("Colours").selectOption("as the system");
        await until("the page is dark again", 5_000, async () => (await background()) === dark);
      },
      { colorScheme: "dark" },
    ));

  it("can be used by the keyboard alone", () =>
    seen(problem, async (page) => {
      await shown(page);
      const focused = (): Promise<string> => page.evaluate<string>("document.activeElement?.textContent ?? ''");
      await page.keyboard.press("Tab");
      assert.match(await focused(), /Skip to the content/);
      for (const name of ["Overview", "Deployments"]) {
        await page.keyboard.press("Tab");
        assert.equal(await focused(), name);
      }
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Target app" }).waitFor();
      const summary = page.locator("summary", { hasText: "demo-app 3" });
      await summary.focus();
      await page.keyboard.press("Enter");
      await page.getByText('undo "unpack"').waitFor();
      assert.notEqual(await summary.evaluate("(element) => getComputedStyle(element).outlineStyle"), "none");
    }));
});
