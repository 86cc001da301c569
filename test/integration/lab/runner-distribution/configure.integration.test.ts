import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { until } from "@ghrunners/core/until";
import { ListenerRig } from "./rig";

describe("config.sh of the stand-in runner", function () {
  this.timeout(60_000);
  let rig: ListenerRig;
  before(async () => {
    rig = await ListenerRig.start();
  });
  after(async () => {
    await rig.close();
  });

  const modeOf = (dir: string, file: string): string => (statSync(path.join(dir, file)).mode & 0o777).toString(8);

  it("writes GitHub's files with their modes and byte order mark", async () => {
    const runner = rig.unpack();
    const { code, output } = await runner.configure([
      "--name",
      "files",
      "--labels",
      "a,b",
      "--no-default-labels",
      "--work",
      "_work",
    ]);
    assert.equal(code, 0, output);
    assert.match(output, /Lab runner: it is not actions\/runner/);
    assert.match(output, /√ Runner successfully added/);
    assert.match(output, /√ Settings Saved/);
    assert.equal(runner.read(".runner").codePointAt(0), 0xfeff, ".runner begins with a byte order mark");
    const settings = JSON.parse(runner.read(".runner").slice(1)) as Record<string, unknown>;
    const known = rig.services.store.state.runners.find(({ name }) => name === "files");
    assert.equal(settings.agentId, known?.id);
    assert.equal(settings.agentName, "files");
    assert.equal(settings.gitHubUrl, rig.url);
    assert.equal(settings.workFolder, "_work");
    assert.equal(modeOf(runner.dir, ".credentials"), "600");
    assert.equal(modeOf(runner.dir, ".credentials_rsaparams"), "600");
    assert.equal(modeOf(runner.dir, "svc.sh"), "755");
    assert.match(runner.read("svc.sh"), /^svc_name="actions\.runner\.octo-org-demo-app\.files\.service"$/m);
    assert.ok(existsSync(path.join(runner.dir, ".env")) && existsSync(path.join(runner.dir, ".path")));
    assert.deepEqual(
      known?.labels.map(({ name, type }) => [name, type]),
      [
        ["a", "custom"],
        ["b", "custom"],
      ],
    );
  });

  it("leaves no token behind in the folder", async () => {
    const runner = rig.unpack();
    const token = rig.token("registration");
    assert.equal((await runner.configure(["--name", "no-trace"], token)).code, 0);
    for (const entry of readdirSync(runner.dir, { recursive: true, encoding: "utf8" })) {
      if (!statSync(path.join(runner.dir, entry)).isFile()) continue;
      assert.ok(!runner.read(entry).includes(token), `${entry} holds the registration token`);
    }
  });

  it("gives GitHub's default labels unless told not to", async () => {
    const runner = rig.unpack();
    await runner.configure(["--name", "defaults", "--labels", "extra,LINUX"]);
    const labels = rig.services.store.state.runners.find(({ name }) => name === "defaults")?.labels;
    assert.deepEqual(
      labels?.map(({ name, type }) => `${name}:${type}`),
      ["self-hosted:read-only", "Linux:read-only", "X64:read-only", "extra:custom"],
    );
  });

  it("refuses root", async function () {
    if (process.getuid?.() !== 0) this.skip();
    const runner = rig.unpack();
    const refused = await runner.exec(["./config.sh", "--unattended", "--url", rig.url], {}, true);
    assert.deepEqual(refused, { code: 1, output: "Must not run with sudo\n" });
    assert.match((await runner.exec(["./run.sh"], {}, true)).output, /Must not run interactively with sudo/);
    const token = rig.token("registration");
    const args = ["./config.sh", "--unattended", "--url", rig.url, "--name", "as-root", "--token", token];
    const allowed = await runner.exec(args, { RUNNER_ALLOW_RUNASROOT: "1" }, true);
    assert.equal(allowed.code, 0, allowed.output);
  });

  const refusals: [what: string, args: string[], words: RegExp][] = [
    [
      "an unknown flag",
      ["--name", "x", "--lables", "a"],
      /Unrecognized command-line input arguments for command configure: 'lables', 'a'\./,
    ],
    ["no labels at all", ["--name", "x", "--no-default-labels"], /Invalid configuration provided for labels/],
    [
      "a label that is too long",
      ["--name", "x", "--labels", "l".repeat(257)],
      /Invalid configuration provided for labels/,
    ],
    [
      "a group that does not exist",
      ["--name", "x", "--runnergroup", "prod"],
      /Could not find any self-hosted runner group named "prod"/,
    ],
    ["a personal access token", ["--name", "x", "--pat", "ghp_x"], /--pat is not modelled by the lab runner/],
  ];
  for (const [what, args, words] of refusals) {
    it(`refuses ${what} and leaves nothing half made`, async () => {
      const runner = rig.unpack();
      const refused = await runner.configure(args);
      assert.equal(refused.code, 1);
      assert.match(refused.output, words);
      assert.ok(!existsSync(path.join(runner.dir, ".runner")));
      assert.ok(!existsSync(path.join(runner.dir, ".credentials")));
    });
  }

  it("needs URL and token when it cannot ask", async () => {
    const runner = rig.unpack();
    const noUrl = await runner.exec(["./config.sh", "--unattended"], { ACTIONS_RUNNER_INPUT_TOKEN: "x" });
    assert.match(noUrl.output, /Invalid configuration provided for url/);
    const noToken = await runner.exec(["./config.sh", "--unattended", "--url", rig.url]);
    assert.equal(noToken.code, 1);
    assert.match(noToken.output, /Invalid configuration provided for token/);
  });

  it("takes every input from the environment too, and the command line wins", async () => {
    const runner = rig.unpack();
    const done = await runner.exec(["./config.sh", "--name", "from-argv"], {
      ACTIONS_RUNNER_INPUT_UNATTENDED: "true",
      ACTIONS_RUNNER_INPUT_URL: rig.url,
      ACTIONS_RUNNER_INPUT_NAME: "from-env",
      ACTIONS_RUNNER_INPUT_LABELS: "env-label",
      ACTIONS_RUNNER_INPUT_TOKEN: rig.token("registration"),
    });
    assert.equal(done.code, 0, done.output);
    const known = rig.services.store.state.runners.find(({ name }) => name === "from-argv");
    assert.ok(known?.labels.some(({ name }) => name === "env-label"));
  });

  it("answers a wrong token, a token of the other kind and a wrong URL with the same bare 404", async () => {
    const runner = rig.unpack();
    const words =
      /Http response code: NotFound from 'POST .*'\nResponse status code does not indicate success: 404 \(Not Found\)/;
    for (const token of ["AAAA", rig.token("remove")]) {
      const refused = await runner.configure(["--name", "x"], token);
      assert.equal(refused.code, 1);
      assert.match(refused.output, words);
    }
    const wrongUrl = await runner.exec(["./config.sh", "--unattended", "--url", `${rig.url}.git`], {
      ACTIONS_RUNNER_INPUT_TOKEN: rig.token("registration"),
    });
    assert.match(wrongUrl.output, words);
  });

  it("refuses to configure twice, and a name that is taken unless it replaces", async () => {
    const first = rig.unpack();
    assert.equal((await first.configure(["--name", "twin"])).code, 0);
    const again = await first.configure(["--name", "twin"]);
    assert.equal(again.code, 1);
    assert.match(again.output, /Cannot configure the runner because it is already configured/);
    const second = rig.unpack();
    const taken = await second.configure(["--name", "TWIN"]);
    assert.equal(taken.code, 1);
    assert.match(taken.output, /A runner exists with the same name/);
    assert.ok(!existsSync(path.join(second.dir, ".runner")));
    assert.equal((await second.configure(["--name", "twin", "--replace", "--labels", "new"])).code, 0);
    const known = rig.services.store.state.runners.filter(({ name }) => name === "twin");
    assert.equal(known.length, 1);
    assert.ok(known[0]?.labels.some(({ name }) => name === "new"));
    // The credential of the first one is worthless now.
    first.start();
    assert.equal(await first.exited, 1);
    assert.match(first.output, /The runner registration has been deleted from the server/);
  });

  it("counts as configured where GitHub moved it, takes its number from there, and removes what is kept of both", async () => {
    const names = ["elsewhere", "moved"];
    const [elsewhere, runner] = [rig.unpack(), rig.unpack()];
    assert.equal((await elsewhere.configure(["--name", "elsewhere"])).code, 0);
    assert.equal((await runner.configure(["--name", "moved"])).code, 0);
    const moved = JSON.parse(elsewhere.read(".runner").slice(1)) as Record<string, unknown>;
    writeFileSync(path.join(runner.dir, ".runner_migrated"), JSON.stringify(moved));
    await runner.exec(["bash", "-c", "rm .runner; cp .credentials .credentials_migrated"]);
    const again = await runner.configure(["--name", "moved"]);
    assert.equal(again.code, 1);
    assert.match(again.output, /Cannot configure the runner because it is already configured/);
    assert.equal((await runner.remove([])).code, 0);
    assert.deepEqual(
      names.map((name) => rig.status(name)),
      ["unknown", "offline"],
    );
    assert.deepEqual(
      readdirSync(runner.dir).filter((name) => /^\.(runner|credentials)/.test(name)),
      [],
    );
  });

  it("removes: needs the service gone, and a removal token; --local needs neither server nor token", async () => {
    const runner = rig.unpack();
    await runner.configure(["--name", "leaving"]);
    await runner.exec(["bash", "-c", "echo unit > .service"]);
    const refused = await runner.remove([]);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /Uninstall service first/);
    await runner.exec(["rm", ".service"]);
    assert.equal((await runner.remove([], "wrong")).code, 1);
    const removed = await runner.remove([]);
    assert.equal(removed.code, 0, removed.output);
    assert.equal(rig.status("leaving"), "unknown");
    assert.ok(
      !existsSync(path.join(runner.dir, ".runner")) && !existsSync(path.join(runner.dir, ".credentials_rsaparams")),
    );
    const local = rig.unpack();
    await local.configure(["--name", "local"]);
    assert.equal((await local.exec(["./config.sh", "remove", "--local"])).code, 0);
    assert.equal(rig.status("local"), "offline");
    assert.ok(!existsSync(path.join(local.dir, ".runner")));
  });

  it("tells its version, and does not run unconfigured", async () => {
    const runner = rig.unpack("2.335.1");
    assert.deepEqual(await runner.exec(["./bin/Runner.Listener", "--version"]), { code: 0, output: "2.335.1\n" });
    // As GitHub's program does: every request begins a page of its log.
    const pages = readdirSync(path.join(runner.dir, "_diag")).filter((name) => name.startsWith("Runner_"));
    assert.equal(pages.length, 1);
    const { code, output } = await runner.exec(["./run.sh"]);
    assert.equal(code, 1);
    assert.match(output, /Not configured/);
  });

  it("finds its root through links, as a version switch leaves them", async () => {
    const runner = rig.unpack();
    await runner.exec(["bash", "-c", "mv bin bin.2.336.0 && ln -s bin.2.336.0 bin"]);
    assert.equal((await runner.configure(["--name", "linked"])).code, 0);
    runner.start();
    await until("linked is online", 10_000, () => rig.status("linked") === "online");
  });
});
