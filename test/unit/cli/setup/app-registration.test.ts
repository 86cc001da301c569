import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { manifestOf, registrationText } from "@ghrunners/cli/setup/app-manifest";
import { appForms } from "@ghrunners/cli/setup/github-apps";
import { setupGitHub } from "@ghrunners/cli/setup/github";
import { registerApps, serveRegistration } from "@ghrunners/cli/setup/register-apps";
import { AppRegistration, type RegistrationContext } from "@ghrunners/cli/setup/app-registration";
import { requireSettable, setSecret } from "@ghrunners/cli/rotate/configuration";
import { GitHubClient } from "@ghrunners/core/github/client";
import { until } from "@ghrunners/core/until";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { Browser, type LoadedPage, plain } from "../../../support/registration-browser";
import { standInPulumi } from "../../../support/stand-in-pulumi";

const fullName = `${owner}/${repo}`;

describe("ghrunners setup github --register", () => {
  let emulator: TestEmulator;
  let browser: Browser;
  let folder: string;
  before(async () => {
    emulator = await TestEmulator.start();
  });
  after(() => emulator.stop());
  beforeEach(() => {
    browser = new Browser(emulator.authority);
    folder = mkdtempSync(path.join(tmpdir(), "register-"));
    writeFileSync(path.join(folder, "Pulumi.team.yaml"), "config: {}\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const repository = () => ({ url: emulator.url, fullName });
  const forms = () => appForms({ url: emulator.url, repository: fullName, isOrganization: false });
  /** @param wanted number of the App in the list of forms */
  const registrationOf = (wanted: number, store: RegistrationContext["store"] = async () => undefined) => {
    const said: string[] = [];
    const chosen = forms().slice(wanted, wanted + 1);
    const context = { repository: repository(), fetch: emulator.fetch as typeof fetch, store };
    return { said, registration: new AppRegistration(chosen, { ...context, say: (line) => said.push(line) }) };
  };
  /** Serves the page while `work` uses it. */
  const served = async (registration: AppRegistration, work: (url: string) => Promise<void>, limitMs = 60_000) => {
    const ended = new AbortController();
    let working: Promise<void> = Promise.resolve();
    const at = (url: string): void => void (working = work(url).finally(() => ended.abort()));
    await serveRegistration(registration, { port: 0, at, signal: ended.signal, pauseMs: 20, limitMs });
    await working;
  };
  /** @returns the page after GitHub sent the browser back */
  const register = (url: string): Promise<{ back: LoadedPage; returned: string }> =>
    browser.register(url, emulator.url);
  const seen = (url: string, words: RegExp): Promise<boolean> =>
    until(`the page shows ${words.source}`, 20_000, async () => words.test((await browser.open(url)).body) || false);

  it("registers, installs and stores an App; its key is in the configuration's standard input and nowhere else", async () => {
    const variables = standInPulumi(folder, {}, '*"config set"*) cat >>"$HERE/input" ;;');
    const stack = { name: "team", projectRoot: folder, env: { ...process.env, ...variables } };
    const stored: string[] = [];
    const { said, registration } = registrationOf(2, async (setting, credential) => {
      stored.push(credential);
      await setSecret(stack, `ghrunners:${setting}`, credential);
    });
    await served(registration, async (url) => {
      const { back } = await register(url);
      assert.deepEqual([back.status, back.location], [303, new URL(url).pathname]);
      const waiting = await browser.open(url);
      const install = plain(/href="(https[^"]+)"/.exec(waiting.body)?.[1] ?? "");
      assert.equal(install, `${emulator.url}/apps/octo-org-demo-app-failover/installations/new`);
      assert.deepEqual(stored, []);
      await browser.press(install, await browser.open(install));
      await seen(url, /All are ready/);
    });
    const [credential = ""] = stored;
    const { privateKey } = JSON.parse(credential) as { privateKey: string };
    assert.equal(readFileSync(path.join(folder, "input"), "utf8"), credential);
    const calls = readFileSync(path.join(folder, "calls"), "utf8");
    assert.match(calls, /^config set --config-file \S+ --path --secret ghrunners:failoverToken --stack team$/m);
    const shown = registrationText(registration.apps, "Pulumi.team.yaml");
    const everything = [calls, shown, ...said, ...browser.pages.map(({ body, location }) => body + location)].join(
      "\n",
    );
    for (const part of [...privateKey.split("\n").filter((line) => line.length > 20), "PRIVATE KEY"])
      assert.ok(!everything.includes(part), part);
    assert.match(
      shown,
      /^failoverToken: the App octo-org-demo-app-failover \(id \d+\) is installed.*\n\nNext: pulumi preview\n$/,
    );
    const client = new GitHubClient(repository(), credential, { fetch: emulator.fetch as typeof fetch });
    assert.ok((await client.token()).ends === undefined);
    await client.repository();
  });

  it("takes GitHub's answer to its own button once, and says what it refuses", async () => {
    const { said, registration } = registrationOf(1);
    await served(registration, async (url) => {
      const refused = async (query: string): Promise<string> => {
        const { status, body } = await browser.open(`${url}/registered?${query}`);
        return `${status} ${body}`;
      };
      assert.match(
        await refused("code=abc&state=guessed"),
        /^400 Seen no code, or a state that this page did not give/,
      );
      assert.match(await refused(`state=${registration.apps[0]?.state}`), /^400 Seen no code/);
      const { returned } = await register(url);
      const again = await browser.open(returned);
      assert.deepEqual([again.status, /Expected one use/.test(again.body)], [409, true]);
    });
    assert.equal(said.length, 1);
    assert.match(
      registrationText(registration.apps, "Pulumi.team.yaml"),
      /exporter \(id \d+\) is registered, but its key was discarded[\s\S]*\/settings\/apps\/octo-org-demo-app-exporter, install[\s\S]*github-credential --app-id \d+ /,
    );
  });

  it("offers the button again after a code that GitHub does not know", async () => {
    const { registration } = registrationOf(0);
    await served(registration, async (url) => {
      const before = registration.apps[0]?.state;
      assert.equal((await browser.open(`${url}/registered?code=expired&state=${before}`)).status, 303);
      assert.match((await browser.open(url)).body, /GitHub does not know the code[\s\S]*<button>Register /);
      assert.notEqual(registration.apps[0]?.state, before);
    });
    assert.match(registrationText(registration.apps, ""), /not registered\. Next: .* --register --only githubToken$/m);
  });

  it("keeps the code while GitHub has an error, and the App while it cannot be stored", async () => {
    let isBroken = true;
    const { said, registration } = registrationOf(0, async () => {
      if (isBroken) throw new Error("no passphrase");
    });
    await served(registration, async (url) => {
      await emulator.admin("PUT", "faults/http-500", { match: "app-manifests", count: 4 });
      const { back, returned } = await register(url);
      assert.deepEqual([back.status, /load this address again/.test(back.body)], [502, true]);
      assert.equal((await browser.open(returned)).status, 303);
      await browser.open(`${emulator.url}/apps/octo-org-demo-app-runners/installations`, new URLSearchParams());
      await seen(url, /no passphrase/);
      isBroken = false;
      await seen(url, /All are ready/);
    });
    assert.equal(said.filter((line) => line.endsWith("no passphrase; trying again")).length, 1);
  });

  it("answers on loopback, to its own address, with a policy that lets a form reach GitHub only", async () => {
    const { registration } = registrationOf(0);
    await served(registration, async (url) => {
      const { origin, hostname, port } = new URL(url);
      assert.equal(hostname, "127.0.0.1");
      const { headers } = await browser.open(url);
      assert.match(
        String(headers["content-security-policy"]),
        new RegExp(`^default-src 'none'.*form-action ${emulator.url};`),
      );
      assert.deepEqual([headers["cache-control"], headers["access-control-allow-origin"]], ["no-store", undefined]);
      assert.equal((await browser.open(url, undefined, { host: `evil.example:${port}` })).status, 421);
      assert.equal((await browser.open(`${url}/registered`, new URLSearchParams())).status, 405);
      for (const other of ["/", "/guessed"]) assert.equal((await browser.open(`${origin}${other}`)).status, 404);
    });
  });

  it("refuses options that do not fit, before anything is asked", async () => {
    const app = { url: "https://github.com", repository: fullName, isOrganization: false };
    await assert.rejects(
      registerApps(app, { name: "team", projectRoot: folder, env: {} }, { only: "proxmoxToken" }),
      /Seen --only proxmoxToken\. Expected githubToken, /,
    );
    await assert.rejects(setupGitHub({ repository: fullName, open: true }), /Seen --open without --register/);
  });

  it("ends by itself when the time is over", () => served(registrationOf(0).registration, async () => undefined, 50));

  it("says what GitHub needs of a manifest, with a webhook that is off", () => {
    const [form] = appForms({ url: "https://github.com", repository: fullName, isOrganization: true });
    assert.ok(form);
    assert.equal(form.form, "https://github.com/organizations/octo-org/settings/apps/new");
    assert.deepEqual(manifestOf(form, "http://127.0.0.1:1/x"), {
      name: "octo-org-demo-app-runners",
      url: "https://github.com/octo-org/demo-app",
      description: form.description,
      hook_attributes: { url: "https://github.com/octo-org/demo-app", active: false },
      redirect_url: "http://127.0.0.1:1/x",
      public: false,
      default_permissions: form.permissions,
    });
  });

  it("tries on a copy whether a secret can be set, and leaves nothing", async () => {
    const variables = standInPulumi(folder, {}, '*"config set"*) exit 0 ;;');
    const stack = { name: "team", projectRoot: folder, env: { ...process.env, ...variables } };
    const before = readdirSync(folder);
    await requireSettable(stack, "ghrunners:githubToken");
    assert.deepEqual(readdirSync(folder), [...before, "calls"].sort());
    standInPulumi(folder, {}, '*"config set"*) echo "incorrect passphrase" >&2; exit 1 ;;');
    await assert.rejects(requireSettable(stack, "ghrunners:githubToken"), /passphrase/);
    assert.deepEqual(readdirSync(folder), [...before, "calls"].sort());
  });
});
