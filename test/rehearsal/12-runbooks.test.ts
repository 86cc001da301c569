import { readFileSync } from "node:fs";
import path from "node:path";
import { runbooks } from "../../catalogue/runbooks";
import { projectRoot } from "../../ops/pulumi/stack";
import { Operator } from "../runbooks/operator";
import { sections, type RunbookBlock, type Section } from "../runbooks/parse";
import { states } from "../runbooks/states";
import { until } from "../support/until";
import { Rehearsal } from "./support/rehearsal";

/** What a service may need to see a fault or its end: GitHub's offline limit, a scrape, an exporter's round. */
const LIMIT_MS = 45_000;

interface Rehearsed {
  readonly file: string;
  readonly section: Section;
}

const rehearsed: Rehearsed[] = [...new Set<string>(Object.values(runbooks))].flatMap((file) =>
  sections(readFileSync(path.join(projectRoot, "runbooks", file), "utf8"))
    .filter(({ state }) => state !== undefined)
    .map((section) => ({ file, section })),
);

/**
 * The commands of the runbooks, as they stand there, in the states that they are for. All sections of a state share it:
 * their checks, then their fixes, then their verifications. The same command is run once for each.
 */
describe("runbooks in the states that they are for", function () {
  this.timeout(240_000);
  let rehearsal: Rehearsal;
  let operator: Operator;

  before(async () => {
    rehearsal = await Rehearsal.ready();
    operator = new Operator(rehearsal);
  });
  after(() => operator.close());

  /** Runs a block until it shows what it promises. A fix is run once: it must work as it stands. */
  async function proved(block: RunbookBlock, again: boolean): Promise<void> {
    const attempt = async (): Promise<true> => {
      const { code, all } = await operator.run(block.script);
      if (code !== block.exitCode) throw new Error(`exit code ${code}, the runbook says ${block.exitCode}:\n${all}`);
      for (const pattern of block.expected) {
        if (!new RegExp(pattern, "im").test(all)) throw new Error(`the runbook says ${pattern}, seen:\n${all}`);
      }
      return true;
    };
    if (again) await until(block.script, LIMIT_MS, attempt);
    else await attempt();
  }

  for (const [name, state] of Object.entries(states)) {
    const ours = rehearsed.filter(({ section }) => section.state === name);
    const each = (kind: RunbookBlock["kind"], of: Rehearsed): RunbookBlock[] =>
      of.section.blocks.filter((block) => block.kind === kind);

    describe(name, () => {
      const done = new Set<string>();
      before(() => state.begin(rehearsal));

      for (const one of ours) {
        it(`${one.file} ${one.section.title}: check`, async () => {
          for (const block of each("check", one)) {
            const key = JSON.stringify(block);
            if (!done.has(key)) await proved(block, true);
            done.add(key);
          }
        });
      }
      for (const [index, one] of ours.entries()) {
        it(`${one.file} ${one.section.title}: fix`, async () => {
          if (index === 0) await state.mend?.(rehearsal);
          for (const block of each("fix", one)) {
            const key = JSON.stringify(block);
            if (!done.has(key)) await proved(block, false);
            done.add(key);
          }
        });
      }
      for (const one of ours) {
        it(`${one.file} ${one.section.title}: verify`, async () => {
          for (const block of each("verify", one)) {
            const key = JSON.stringify(block);
            if (!done.has(key)) await proved(block, true);
            done.add(key);
          }
        });
      }
    });
  }
});
