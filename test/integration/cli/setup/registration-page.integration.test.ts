import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { AppRegistration } from "@ghrunners/cli/setup/app-registration";
import { appForms } from "@ghrunners/cli/setup/github-apps";
import { serveRegistration } from "@ghrunners/cli/setup/register-apps";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { needsChromium, startChromium, violations } from "../../../support/chromium";

const fullName = `${owner}/${repo}`;

/** The page's policy, the form to GitHub and the way back are a browser's to judge. */
describe("the page that registers Apps, in a browser", function () {
  this.timeout(60_000);
  let browser: Browser;
  let emulator: TestEmulator;
  before(async function () {
    await needsChromium(this);
    [browser, emulator] = [await startChromium(), await TestEmulator.start()];
  });
  after(async () => {
    await browser?.close();
    await emulator?.stop();
  });

  it("leads through GitHub and back, is accessible in each state, and asks no one else", async () => {
    const stored: string[] = [];
    const forms = appForms({ url: emulator.url, repository: fullName, isOrganization: false });
    const registration = new AppRegistration(forms.slice(2), {
      repository: { url: emulator.url, fullName },
      fetch: emulator.fetch as typeof fetch,
      say: () => undefined,
      store: async (setting) => void stored.push(setting),
    });
    // The emulator's authority is not this browser's.
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const origins = new Set<string>();
    context.on("request", (request) => void origins.add(new URL(request.url()).origin));
    const isAccessible = async (state: Page): Promise<void> => assert.deepEqual(await violations(state), []);

    const use = async (url: string): Promise<void> => {
      await page.goto(url);
      await isAccessible(page);
      await page.getByRole("button", { name: "Register octo-org-demo-app-failover" }).click();
      await page.getByRole("button", { name: "Create GitHub App" }).click();
      await page.waitForURL(url);
      const link = page.getByRole("link", { name: "Install octo-org-demo-app-failover" });
      const [installation] = await Promise.all([context.waitForEvent("page"), link.click()]);
      await installation.getByRole("button", { name: "Install" }).click();
      await page.getByText("All are ready.").waitFor();
      await isAccessible(page);
      assert.deepEqual([...origins].sort(), [emulator.url, new URL(url).origin].sort());
    };
    const ended = new AbortController();
    let using: Promise<void> = Promise.resolve();
    const at = (url: string): void => void (using = use(url).finally(() => ended.abort()));
    await serveRegistration(registration, { port: 0, at, signal: ended.signal, pauseMs: 100, limitMs: 50_000 });
    await using;
    assert.deepEqual(stored, ["failoverToken"]);
  });
});
