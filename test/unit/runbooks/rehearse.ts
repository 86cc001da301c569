import { readFileSync } from "node:fs";
import path from "node:path";
import { runbooks } from "@ghrunners/monitoring/runbooks";
import { projectRoot } from "@ghrunners/core/project-root";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { until } from "@ghrunners/core/until";
import type { Operator } from "./operator";
import { sections, type RunbookBlock, type RunbookSection } from "./parse";
import type { RunbookState } from "./states";

/** What a service may need to see a fault or its end: GitHub's offline limit, a scrape, an exporter's round. */
const LIMIT_MS = 45_000;

interface Rehearsed {
  readonly file: string;
  readonly section: RunbookSection;
}

const rehearsed: Rehearsed[] = [...new Set<string>(Object.values(runbooks))].flatMap((file) =>
  sections(readFileSync(path.join(projectRoot, "docs/runbooks", file), "utf8"))
    .filter(({ state }) => state !== undefined)
    .map((section) => ({ file, section })),
);

/** `the section RunnerOffline of offline-restore.md`; the part before the first section has no title. */
const titleOf = ({ file, section }: Rehearsed): string =>
  section.title === "" ? `the beginning of ${file}` : `the section ${section.title} of ${file}`;

/** Runs a block until it shows what it promises. A fix is run once: it must work as it stands. */
async function proved(operator: Operator, block: RunbookBlock, again: boolean): Promise<void> {
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

/**
 * Tests that run the commands of the runbooks, as they stand there, in the states that they are for. All sections of a
 * state share it: their checks, then their fixes, then their verifications. The same command is run once for each.
 */
export function rehearseSections(
  states: Readonly<Record<string, RunbookState>>,
  lab: () => { readonly rehearsal: Rehearsal; readonly operator: Operator },
): void {
  for (const [name, state] of Object.entries(states)) {
    const ours = rehearsed.filter(({ section }) => section.state === name);

    describe(`in the state ${name}`, () => {
      const done = new Set<string>();
      before(() => state.begin(lab().rehearsal));

      async function run(kind: RunbookBlock["kind"], { section }: Rehearsed): Promise<void> {
        for (const block of section.blocks.filter((each) => each.kind === kind)) {
          const key = JSON.stringify(block);
          if (!done.has(key)) await proved(lab().operator, block, kind !== "fix");
          done.add(key);
        }
      }

      for (const one of ours) it(`${titleOf(one)}: its checks print what it says`, () => run("check", one));
      for (const [index, one] of ours.entries()) {
        it(`${titleOf(one)}: its fix does what it says`, async () => {
          if (index === 0) await state.repair?.(lab().rehearsal);
          await run("fix", one);
        });
      }
      for (const one of ours) it(`${titleOf(one)}: its verification prints what it says`, () => run("verify", one));
    });
  }
}
