import assert from "node:assert/strict";
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as commands from "@ghrunners/deploy/target/commands";
import type { Journal } from "@ghrunners/deploy/target/journal";
import * as queries from "@ghrunners/deploy/target/queries";
import { Store } from "@ghrunners/deploy/target/store";
import type { PlanInput } from "@ghrunners/deploy/plan/schema";
import { damages } from "../../../unit/deploy/support/damages";
import { InProcessExecutor } from "../../../unit/deploy/support/in-process";
import { snapshot } from "../../../unit/deploy/support/snapshot";
import { LocalTarget } from "../../../unit/deploy/support/target";

class Killed extends Error {}
/** A file is damaged after the deployment has captured everything, and the agent is killed. */
class StoreWithDamage extends Store {
  constructor(
    target: LocalTarget,
    private readonly damage: () => void,
  ) {
    super(target.folders);
  }
  override writeJournal(journal: Journal): void {
    super.writeJournal(journal);
    const { transaction } = journal;
    // The last step's intent is durable: everything before it is done.
    if (transaction.phase !== "forward" || transaction.touched < transaction.steps.length) return;
    this.damage();
    throw new Killed();
  }
}

const put = (name: string, to: string): PlanInput["steps"][number] => ({ kind: "file", name, from: "site.conf", to });
const files = { "a file": "/etc/a", "a file with two names": "/etc/b", "a link": "/etc/c" };
const steps: PlanInput["steps"] = [
  { kind: "unpack", name: "unpack" },
  ...Object.values(files).map((to) => put(`put ${path.basename(to)}`, to)),
  { kind: "activate", name: "activate" },
];

describe("what was captured and is damaged since", function () {
  this.timeout(120_000);
  let target: LocalTarget;
  const agent = (store?: Store) => target.agent(store, new InProcessExecutor());
  const inRoot = (file: string): string => path.join(target.root, file);
  beforeEach(async () => {
    target = new LocalTarget();
    await target.deploy(target.request("1"), agent());
    mkdirSync(inRoot("etc"), { recursive: true });
    writeFileSync(inRoot("/etc/a"), "old a");
    writeFileSync(inRoot("/etc/b"), "old b");
    linkSync(inRoot("/etc/b"), inRoot("/etc/b-too"));
    symlinkSync("a", inRoot("/etc/c"));
  });
  afterEach(() => target.remove());

  for (const [what, file] of Object.entries(files))
    // A link has no content to be cut.
    for (const kind of Object.keys(damages).filter((each) => what !== "a link" || each !== "cut off"))
      it(`is never put into place: ${what}, of which the copy is ${kind}`, async () => {
        const before = snapshot(target.root, ["etc", "opt", "srv"]);
        const { captures } = target.folders;
        const damage = (): void => {
          const index = steps.findIndex((step) => "to" in step && step.to === file);
          const kept = path.join(captures, String(index));
          assert.ok(readdirSync(captures).includes(String(index)), "the test knows where copies are");
          damages[kind]?.(kept);
        };
        const request = target.request("2", {}, target.plan({ steps, smoke: target.plan().smoke }));
        await assert.rejects(target.deploy(request, agent(new StoreWithDamage(target, damage))), Killed);
        target.clock.pass(31);
        await commands.watch(agent());
        const { outcome, undoFailure } = agent().store.readJournal()?.transaction ?? {};
        if (outcome === "rolled_back") {
          assert.deepEqual(snapshot(target.root, ["etc", "opt", "srv"]), before);
          return;
        }
        assert.equal(outcome, "rollback_failed");
        assert.match(undoFailure ?? "", new RegExp(`captured/\\d.*|${file}`));
        // The deployment's own content stays there: it is neither gone nor replaced by a mixture.
        assert.equal(readFileSync(inRoot(file), "utf8"), "site of 2");
        assert.match(readFileSync(target.folders.metrics, "utf8"), /^deployment_lock_timestamp_seconds \d/m);
        assert.equal(queries.show(agent()).open?.outcome, "rollback_failed");
        assert.deepEqual(
          readdirSync(inRoot("etc")).filter((name) => name.startsWith(".")),
          [],
        );
      });
});
