import assert from "node:assert/strict";
import fc from "fast-check";
import { annotation, withoutCommands } from "@ghrunners/deploy/deployer/job-log";
import { renderResult } from "@ghrunners/deploy/render";
import { parseCommand } from "@ghrunners/lab/runner-distribution/worker/commands";
import { LocalTarget } from "../support/target";

/**
 * As GitHub's runner reads a job's log: line by line, and two forms of commands. Source: actions/runner,
 * ActionCommand.cs.
 */
const commandsIn = (text: string): string[] =>
  text.split(/\r\n|\r|\n/).filter((line) => /^[\s\u0085]*::/u.test(line) || line.includes("##["));

describe("the log of a deployment's job", () => {
  it("shows what an application printed, and carries out none of it", async () => {
    const target = new LocalTarget();
    try {
      const plan = target.plan();
      const evil = "first\\n::set-output name=id::other\\n \\t::stop-commands::x\\nwell ##[add-mask]e";
      const steps = plan.steps.map((step) =>
        step.name === "start" && step.kind === "command"
          ? { ...step, run: ["sh", "-c", `printf '${evil}'; exit 1`] as [string, ...string[]] }
          : step,
      );
      const records = await target.deploy(target.request("1", {}, { ...plan, steps }));
      const text = renderResult({ kind: "over", records });
      assert.equal(commandsIn(text).length, 4, text);
      const shown = withoutCommands(text);
      assert.deepEqual(commandsIn(shown), []);
      assert.match(shown, /^'::set-output name=id::other$/m);
    } finally {
      target.remove();
    }
  }).timeout(30_000);

  it("has no command in any text", () => {
    const piece = fc.constantFrom("::", ":", "##[", "#", "[", "\n", "\r", " ", "\t", "\u0085", "\u2028", "error", "x");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const shown = withoutCommands(pieces.join(""));
        assert.deepEqual(commandsIn(shown), []);
        for (const line of shown.split(/\r\n|\r|\n/)) assert.equal(parseCommand(line), undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it("has annotations in one line, whatever a text contains", () => {
    const line = annotation("error", "Deployment", "disk is 91%\n::error::forged%0A::x");
    assert.equal(commandsIn(line).length, 1);
    assert.deepEqual(parseCommand(line), {
      name: "error",
      properties: { title: "Deployment" },
      message: "disk is 91% ::error::forged%0A::x",
    });
  });
});
