import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundle } from "@ghrunners/deploy/bundle";
import { holdersOf } from "@ghrunners/deploy/target/end-stopped";
import type { Journal } from "@ghrunners/deploy/target/journal";
import type { Request } from "@ghrunners/deploy/protocol/request";
import { until } from "@ghrunners/core/until";
import { LocalTarget } from "../../../unit/deploy/support/target";
import { projectRoot } from "@ghrunners/core/project-root";

const LIMIT_MS = 60_000;
/** Three processes of the agent start before the step is in its middle, on a machine that does other work. */
const LEASE_SECONDS = 6;

interface Ended {
  readonly code: number;
  readonly value: Record<string, unknown>;
}

describe("the installed agent, in processes of its own", function () {
  this.timeout(2 * LIMIT_MS);
  const home = mkdtempSync(path.join(tmpdir(), "ghr-agent-"));
  const program = path.join(home, "ghrunners-deploy");
  const children: ChildProcess[] = [];
  let target: LocalTarget;

  before(async () => {
    writeFileSync(path.join(home, "ghrunners-deploy.cjs"), (await bundle("target/main.ts")).text);
    copyFileSync(path.join(projectRoot, "packages/deploy/target/files/ghrunners-deploy"), program);
    chmodSync(program, 0o755);
  });
  after(() => rmSync(home, { recursive: true }));
  beforeEach(() => (target = new LocalTarget()));
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    target.remove();
  });

  /** @param open standard input stays open after the text, as when the other side is gone without a word */
  function start(
    args: readonly string[],
    input: string | Buffer = "",
    open = false,
  ): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(program, args, { env: { PATH: process.env.PATH, GHRUNNERS_ROOT: target.root } });
    children.push(child);
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stdin.on("error", () => undefined).write(input);
    if (!open) child.stdin.end();
    const ended = new Promise<Ended>((resolve) => {
      child.once("close", (code) => {
        // The guard prints a line at each check; the last one counts.
        const last = text.trim().split("\n").at(-1) ?? "";
        resolve({ code: code ?? -1, value: last === "" ? {} : (JSON.parse(last) as Record<string, unknown>) });
      });
    });
    return { child, ended };
  }

  const agent = (args: readonly string[], input: string | Buffer = ""): Promise<Ended> => start(args, input).ended;

  async function begun(request: Request): Promise<string> {
    const { code, value } = await agent(["begin"], JSON.stringify(request));
    assert.equal(code, 0, JSON.stringify(value));
    const token = String(value.token);
    const content = target.artefactOf(request).read() as Buffer;
    assert.equal((await agent(["put", token], content)).code, 0);
    return token;
  }

  const journal = (): Journal => JSON.parse(readFileSync(target.folders.journal, "utf8")) as Journal;

  /** A plan whose step stays for minutes with a child of its own, so that it can be killed in the middle. */
  function slowRequest(version: string, leaseSeconds: number): Request {
    const plan = target.plan();
    const run = ["sh", "-c", "rm -f {root}/srv/up; setsid sleep 600 & touch {root}/srv/half; sleep 600"];
    const steps = plan.steps.map((step) => (step.name === "stop" ? { ...step, run, limitSeconds: 600 } : step));
    return target.request(version, {}, { ...plan, steps: steps, limits: { ...plan.limits, leaseSeconds } });
  }

  const sleepers = (): string => {
    const found = execFileSync("sh", ["-c", `grep -lsF '${target.root}#' /proc/[0-9]*/environ || true`], {
      encoding: "utf8",
    });
    return found.trim();
  };

  it("deploys; the guard brings a deployment to its end whose agent was killed, and ends what it left behind", async () => {
    const first = target.request("1");
    assert.equal((await agent(["run", await begun(first)])).code, 0);
    assert.equal(target.whole(), "1");

    const token = await begun(slowRequest("2", LEASE_SECONDS));
    const { child, ended } = start(["run", token]);
    await until("the step is in its middle", LIMIT_MS, () => existsSync(path.join(target.root, "srv/half")));
    child.kill("SIGKILL");
    await ended;
    assert.notEqual(sleepers(), "", "the step's processes outlive the agent");
    await agent(["guard"]);
    assert.equal(journal().transaction.outcome, "rolled_back");
    assert.equal(sleepers(), "");
    rmSync(path.join(target.root, "srv/half"));
    assert.deepEqual([target.whole(), target.leftovers()], ["1", []]);
  });

  it("rolls back in the middle of a step when its lease is not renewed", async () => {
    assert.equal((await agent(["run", await begun(target.request("1"))])).code, 0);
    const { value } = await agent(["run", await begun(slowRequest("2", LEASE_SECONDS))]);
    const { outcome, failure } = value.deployment as { outcome: string; failure: { code: string } };
    assert.deepEqual([outcome, failure.code], ["rolled_back", "lease_expired"]);
    assert.equal(sleepers(), "");
  });

  it("is killed by the guard when it stays stopped and its lease is over, and the target rolls back", async () => {
    assert.equal((await agent(["run", await begun(target.request("1"))])).code, 0);
    const token = await begun(slowRequest("2", LEASE_SECONDS));
    const { child, ended } = start(["run", token]);
    await until("the step is in its middle", LIMIT_MS, () => existsSync(path.join(target.root, "srv/half")));
    child.kill("SIGSTOP");
    await agent(["guard"]);
    assert.equal((await ended).code, -1, "the stopped agent was ended by a signal");
    assert.equal(journal().transaction.outcome, "rolled_back");
    assert.equal(sleepers(), "");
    rmSync(path.join(target.root, "srv/half"));
    assert.deepEqual([target.whole(), target.leftovers()], ["1", []]);
  });

  it("is left alone when it is stopped while its lease holds, and carries on when it is continued", async () => {
    assert.equal((await agent(["run", await begun(target.request("1"))])).code, 0);
    const token = await begun(slowRequest("2", 120));
    const { child, ended } = start(["run", token]);
    await until("the step is in its middle", LIMIT_MS, () => existsSync(path.join(target.root, "srv/half")));
    child.kill("SIGSTOP");
    const { value } = await agent(["end-stopped"]);
    assert.deepEqual(value, { ended: [] });
    child.kill("SIGCONT");
    await agent(["give-up", token]);
    assert.equal((await ended).code, 0);
    rmSync(path.join(target.root, "srv/half"));
    assert.deepEqual([target.whole(), target.leftovers()], ["1", []]);
  });

  it("delays no one when it is stopped although no deployment is open", async () => {
    assert.equal((await agent(["run", await begun(target.request("1"))])).code, 0);
    const { ended } = start(["begin"], "", true);
    const atWork = await until("it holds the lock", LIMIT_MS, () =>
      holdersOf(path.join(target.root, "run/ghrunners/deploy")).find((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("ghrunners-deploy.cjs"),
      ),
    );
    process.kill(atWork, "SIGSTOP");
    const request = JSON.stringify(target.request("2"));
    const { code, value } = await agent(["begin"], request);
    assert.equal(code, 3);
    assert.match(String(value.error), /Next: run the same command again/);
    await ended;
    const again = await agent(["begin"], request);
    assert.equal(again.code, 0, JSON.stringify(again.value));
    assert.equal((await agent(["run", String(again.value.token), "The test is over."])).code, 0);
  });

  it("tells a second deployer at once who holds the lock", async () => {
    assert.equal((await agent(["run", await begun(target.request("1"))])).code, 0);
    const token = await begun(slowRequest("2", 60));
    const { ended } = start(["run", token]);
    await until("the step is in its middle", LIMIT_MS, () => existsSync(path.join(target.root, "srv/half")));
    const { code, value } = await agent(["begin"], JSON.stringify(target.request("3")));
    assert.equal(code, 3);
    assert.match(String(value.error), /of version 2 by tester has held the lock since .* Expected a free target/);
    await agent(["give-up", token]);
    assert.equal((await ended).code, 0);
    rmSync(path.join(target.root, "srv/half"));
    assert.deepEqual([target.whole(), target.leftovers()], ["1", []]);
  });

  it("waits for the rest of an artefact only while its sender renews the lease", async () => {
    assert.equal((await agent(["run", await begun(target.request("1"))])).code, 0);
    const { value } = await agent(["begin"], JSON.stringify(slowRequest("2", LEASE_SECONDS)));
    const { code, value: said } = await start(["put", String(value.token)], "half of it", true).ended;
    assert.equal(code, 1);
    assert.match(String(said.error), /lease expired before the artefact was complete/);
    await agent(["guard"]);
    assert.equal(journal().transaction.outcome, "cancelled");
    assert.deepEqual([target.whole(), target.leftovers()], ["1", []]);
  });

  it("gives the lock to one of two deployers that come at the same moment", async () => {
    const requests = [target.request("1"), target.request("2")];
    const both = await Promise.all(requests.map((request) => agent(["begin"], JSON.stringify(request))));
    assert.deepEqual(both.map(({ code }) => code).sort(), [0, 3]);
    assert.match(JSON.stringify(both), /has held the lock since/);
    const token = String(both.find(({ code }) => code === 0)?.value.token);
    assert.equal((await agent(["renew", token])).code, 0);
    assert.equal((await agent(["run", token, "The test is over."])).code, 0);
  });
});
