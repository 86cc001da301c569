/** Fixes of faults that were found by hand, each reverted by itself: the simulation must find the fault again. */
import type { Patch } from "./linker";

export interface RevertedFix {
  readonly name: string;
  /** Description of the fault. */
  readonly fault: string;
  readonly patches: readonly Patch[];
  /** A seed that finds it. */
  readonly seed: number;
}

const target = (file: string): string => `packages/deploy/target/${file}`;
const WHOLE_FILE = "packages/core/whole-file.ts";

export const revertedFixes: readonly RevertedFix[] = [
  {
    name: "unreadable-lease",
    fault: "a lease that cannot be read stops the agent and its guard",
    seed: 160,
    patches: [
      {
        file: target("store.ts"),
        seen: "return readJson(this.folders.lease, formats.lease);",
        instead:
          "const found = readJson(this.folders.lease, formats.lease);" +
          'if (found.state === "unreadable") throw new Error(found.problem); return found;',
      },
    ],
  },
  {
    name: "nothing-to-do-while-open",
    fault: '"nothing to do" is reported for a version whose deployment is still open, or could not be undone',
    seed: 188,
    patches: [
      {
        file: "packages/deploy/deployer/judge.ts",
        seen: 'if (open !== null && (open.lease === "held" || open.outcome === "rollback_failed"))',
        instead: "if (false)",
      },
      { file: "packages/deploy/deployer/judge.ts", seen: "if (open !== null)\n", instead: "if (false)\n" },
    ],
  },
  {
    name: "unreadable-record",
    fault: "one old record that cannot be read stops every deployment",
    seed: 43,
    patches: [
      {
        file: target("history.ts"),
        seen: 'if (found.state === "unreadable") unreadable.push({ file: found.file, problem: found.problem });',
        instead: 'if (found.state === "unreadable") throw new Error(found.problem);',
      },
    ],
  },
  {
    name: "lost-lease-not-heard",
    fault: "a deployer waits for the answer of its command although its lease is lost",
    seed: 134,
    patches: [
      {
        file: "packages/deploy/deployer/deploy.ts",
        seen: "await firstAnswer(carry(agent, token, request, artefact), lease.lost, follow)",
        instead: "await carry(agent, token, request, artefact)",
      },
    ],
  },
  {
    name: "id-used-twice",
    fault: "a second deployment with the id of a recorded one replaces its record",
    seed: 69,
    patches: [
      {
        file: target("commands.ts"),
        seen: "if (repeated !== undefined) throw new RefusedError(`Nothing was started: ${repeated}`);",
        instead: "",
      },
    ],
  },
  {
    name: "no-answer-taken-for-inactive",
    fault: "a query to systemd that failed is treated as a unit that does not run",
    seed: 1097,
    patches: [{ file: target("steps.ts"), seen: "if (!answered)\n", instead: "if (false)\n" }],
  },
  {
    name: "choice-of-the-future",
    fault: "a DEPLOY_RUNNER that was written by a clock that is ahead is not written again",
    seed: 191,
    patches: [
      {
        file: "packages/failover/switch/variable.ts",
        seen: "return isOfTheFuture(written, validSeconds, now) || written.expiresAt",
        instead: "return written.expiresAt",
      },
    ],
  },
  {
    name: "held-output-waited-for",
    fault: "a step ends only when every process has closed its output",
    seed: 42,
    patches: [
      {
        file: target("executor.ts"),
        seen: "await Promise.race([closed, delay(OUTPUT_GRACE_MS, undefined, { ref: false })]);",
        instead: "await closed;",
      },
    ],
  },
  {
    name: "secrets-in-records",
    fault: "the output of a step is recorded without redaction",
    seed: 1,
    patches: [
      {
        file: target("perform.ts"),
        seen: "result: { ok: false, detail: withoutSecrets(detail) },",
        instead: "result: { ok: false, detail },",
      },
    ],
  },
  {
    name: "journal-not-flushed",
    fault: "a file that is replaced as a whole is not flushed before it gets its name",
    seed: 90,
    patches: [
      {
        file: WHOLE_FILE,
        seen: "      if (flush) fsyncSync(handle);\n    } finally {\n      closeSync(handle);\n    }\n    renameSync(fresh, file);",
        instead: "    } finally {\n      closeSync(handle);\n    }\n    renameSync(fresh, file);",
      },
    ],
  },
  {
    name: "names-not-flushed",
    fault: "the folder of a file that is replaced as a whole is not flushed",
    seed: 119,
    patches: [
      {
        file: WHOLE_FILE,
        seen: "    throw error;\n  }\n  if (flush) syncFolder(path.dirname(file));",
        instead: "    throw error;\n  }",
      },
    ],
  },
  {
    name: "unfinished-files-left",
    fault: "a file that a kill or a power cut left half-written is never removed",
    seed: 159,
    patches: [{ file: target("disk.ts"), seen: "  removeTemporaries(file);\n", instead: "" }],
  },
  {
    name: "look-put-off",
    fault: "a clock that is set back during a check delays the switch's next check by the same time",
    seed: 776,
    patches: [
      {
        file: "packages/failover/switch/index.ts",
        seen: "Math.min(everyMs, Math.max(0, everyMs - tookMs))",
        instead: "Math.max(0, everyMs - tookMs)",
      },
    ],
  },
];

/** @throws Error that names what there is */
export function revertedFixNamed(name: string): RevertedFix {
  const found = revertedFixes.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Error(`There is no fix "${name}": expected ${revertedFixes.map((each) => each.name).join(", ")}.`);
}
