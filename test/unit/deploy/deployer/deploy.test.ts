import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { mock } from "node:test";
import { check, deploy } from "@ghrunners/deploy/deployer/deploy";
import { type RemoteAgent, type RemoteAnswer } from "@ghrunners/deploy/deployer/remote-agent";
import { LeaseKeeper } from "@ghrunners/deploy/deployer/lease-keeper";
import * as commands from "@ghrunners/deploy/target/commands";
import type { Journal } from "@ghrunners/deploy/target/journal";
import { Store } from "@ghrunners/deploy/target/store";
import type { Request } from "@ghrunners/deploy/protocol/request";
import { InProcessExecutor } from "../support/in-process";
import { LocalTarget } from "../support/target";
import { agentInProcess } from "../support/whole-agent";

const never = new AbortController().signal;
class Killed extends Error {}

/** The agent's process ends when it has written down that this action begins. */
class EndsAt extends Store {
  constructor(
    target: LocalTarget,
    private readonly kind: string,
  ) {
    super(target.folders);
  }
  override writeJournal(journal: Journal): void {
    super.writeJournal(journal);
    if (journal.transaction.running?.kind === this.kind) throw new Killed();
  }
}

describe("a deployer", function () {
  this.timeout(60_000);
  let target: LocalTarget;
  let said: string[];
  beforeEach(async () => {
    target = new LocalTarget();
    said = [];
    await target.deploy(target.request("1"), agent());
  });
  afterEach(() => target.remove());

  const agent = (store?: Store) => target.agent(store, new InProcessExecutor());
  const remote = (): RemoteAgent => agentInProcess(agent());
  const options = { say: (line: string) => void said.push(line), signal: never, patienceMs: 1_000 };
  const artefact = (request: Request): Buffer => target.artefactOf(request).read() as Buffer;
  const run = (request: Request, on = remote()) => deploy(on, request, artefact(request), options);
  /** Another deployer's deployment, whose agent ended in the middle. */
  const halfWay = (version: string, kind: string) =>
    assert.rejects(target.deploy(target.request(version), agent(new EndsAt(target, kind))), Killed);

  it("reports that there is nothing to do for a version that is whole, healthy and committed", async () => {
    assert.deepEqual(await run(target.request("1")), { kind: "unchanged", version: "1" });
    assert.deepEqual(await check(remote(), target.request("1")), { kind: "unchanged", version: "1" });
  });

  for (const kind of ["health", "smoke", "commit"])
    it(`does not report it for a version that another deployer has in its phase ${kind}, and says whose lock it is`, async () => {
      await halfWay("2", kind);
      await assert.rejects(run(target.request("2")), /of version 2 by tester has held the lock since/);
      const looked = await check(remote(), target.request("2"));
      assert.match(JSON.stringify(looked), /"problems":\["Deployment .* of version 2 by tester has held the lock/);
      target.clock.pass(31);
      await commands.watch(agent());
      assert.equal(target.whole(), "1");
    });

  it("deploys the version itself when the other one's lease has expired in its smoke tests", async () => {
    await halfWay("2", "smoke");
    target.clock.pass(31);
    const looked = await check(remote(), target.request("2"));
    assert.match(JSON.stringify(looked), /of version 2 is not over yet/);
    const result = await run(target.request("2"));
    assert.equal(result.kind === "over" && result.records.deployment.outcome, "succeeded");
    assert.equal(target.whole(), "2");
  });

  it("does not report it for a version whose rollback failed, and names the next command", async () => {
    const plan = target.plan();
    const broken = plan.steps.map((step) =>
      step.kind === "command" && step.name === "start" ? { ...step, undo: ["fail"] } : step,
    );
    const request = target.request("2", { halfBroken: true }, { ...plan, steps: broken });
    const first = await run(request);
    assert.equal(first.kind === "over" && first.records.deployment.outcome, "rollback_failed");
    const again = { ...request, id: target.request("2").id };
    await assert.rejects(run(again), /could not be undone, and its lock is kept .* --version 2 --retry-rollback/);
  });

  it("refuses an installed version whose files were changed since", async () => {
    writeFileSync(path.join(target.root, "opt/demo/releases/1/feature"), "somebody was here");
    await assert.rejects(
      run(target.request("1")),
      /already installed, but the files of its release are not as its artefact/,
    );
  });

  it("refuses an id that is recorded already: records, evidence and incident of the first stay", async () => {
    const { deployment } = await target.deploy(target.request("2", { unhealthy: true }), agent());
    const request = { ...target.request("2"), id: target.request("9").id };
    const repeated = { ...request, id: deployment.id as Request["id"] };
    assert.match(JSON.stringify(await check(remote(), repeated)), /is recorded on this target: version 2, rolled_back/);
    await assert.rejects(run(repeated), /Nothing was started: a deployment with the id .* is recorded/);
    assert.equal(target.whole(), "1");
  });

  /** A target whose answers about one command are these; everything else is the real agent's. */
  const answering = (command: string, answer: RemoteAgent["call"]): RemoteAgent => {
    const real = remote();
    return { call: (args, ...rest) => (args[0] === command ? answer(args, ...rest) : real.call(args, ...rest)) };
  };
  const quick = (version: string, traits = {}) => {
    const plan = target.plan();
    return target.request(version, traits, { ...plan, limits: { ...plan.limits, leaseSeconds: 1 } });
  };

  it("ends its wait with the target's record when its agent went on and its own command never answers", async () => {
    const stuck = answering("run", async (args, input, limit) => {
      await remote().call(args, input, limit);
      return new Promise(() => undefined);
    });
    const result = await run(quick("2"), stuck);
    assert.equal(result.kind === "over" && result.records.deployment.outcome, "succeeded");
  });

  it("ends its wait with the target's state when its lease is over and nothing moves there", async () => {
    const stopped = answering("run", async () => {
      target.clock.pass(2);
      return new Promise(() => undefined);
    });
    await assert.rejects(
      run(quick("2"), stopped),
      /has expired: the target rolls back\. Deployment .* is not over on target: "nothing" runs there, and nothing has ended for 1 s/,
    );
  });

  it("ends its wait when it is asked to stop and the target does not answer", async () => {
    const stop = new AbortController();
    const stopped = answering("run", async () => {
      stop.abort();
      return new Promise(() => undefined);
    });
    const request = quick("2");
    const ended = deploy(stopped, request, artefact(request), { ...options, signal: stop.signal });
    await assert.rejects(ended, /The deployer was asked to stop\. Deployment .* is not over/);
  });

  it("gives up its lease when the agent is killed in the middle, so that the guard rolls back at once", async () => {
    const real = remote();
    const dying = agentInProcess(agent(new EndsAt(target, "smoke")));
    const killed: RemoteAgent = {
      call: async (args, ...rest) => {
        if (args[0] === "look") await commands.watch(agent());
        if (args[0] !== "run") return real.call(args, ...rest);
        await dying.call(args, ...rest);
        return { code: 137, value: { error: "" } };
      },
    };
    const result = await run(target.request("2"), killed);
    assert.equal(result.kind === "over" && result.records.deployment.failure?.code, "interrupted");
    assert.equal(target.whole(), "1");
  });

  it("reads the result from the target when the agent ended without an answer", async () => {
    const killed = answering("run", async (args, input, limit) => {
      await remote().call(args, input, limit);
      return { code: 137, value: { error: "" } };
    });
    const result = await run(target.request("2", { unhealthy: true }), killed);
    assert.equal(result.kind === "over" && result.records.deployment.outcome, "rolled_back");
    const gone = answering("inspect", async () => ({ code: 137, value: { error: "" } }));
    await assert.rejects(
      run(target.request("3"), gone),
      /ended its command "inspect" with exit code 137 and no message/,
    );
  });
});

describe("the keeper of a lease", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setInterval"] }));
  afterEach(() => mock.timers.reset());

  it("renews one at a time: a late answer is not overtaken", async () => {
    let answer: (value: RemoteAnswer) => void = () => undefined;
    let calls = 0;
    const agent: RemoteAgent = {
      call: () => {
        calls += 1;
        return new Promise((resolve) => (answer = resolve));
      },
    };
    const keeper = new LeaseKeeper(agent, 1, 4, () => undefined);
    mock.timers.tick(3_000);
    assert.equal(calls, 1);
    answer({ code: 0, value: { ended: [] } });
    await new Promise(setImmediate);
    mock.timers.tick(1_000);
    assert.equal(calls, 2);
    keeper.stop();
  });

  it("treats only a refusal as the loss of the lease", async () => {
    const answers: RemoteAnswer[] = [
      { code: 1, value: { error: "something passes" } },
      { code: 3, value: { error: "it is over" } },
    ];
    const agent: RemoteAgent = { call: async () => answers.shift() ?? { code: 0, value: { ended: [] } } };
    const keeper = new LeaseKeeper(agent, 1, 4, () => undefined);
    mock.timers.tick(1_000);
    await new Promise(setImmediate);
    mock.timers.tick(1_000);
    assert.equal(await keeper.lost, "it is over");
    assert.equal(answers.length, 0);
  });
});
