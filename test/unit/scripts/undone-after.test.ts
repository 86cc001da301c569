import assert from "node:assert/strict";
import { undoneAfter } from "../../support/undone-after";

describe("what a before hook of the rehearsal has made", () => {
  let seen: string[];
  let end: () => Promise<void>;
  let undo: (step: () => unknown) => void;
  beforeEach(() => {
    seen = [];
    undo = undoneAfter((work) => (end = work));
  });
  const step = (name: string) => (): number => seen.push(name);
  const broken = (name: string) => (): never => {
    seen.push(name);
    throw new Error(`${name} is broken`);
  };

  it("is undone in the after hook, the last first", async () => {
    for (const name of ["lab", "host"]) undo(step(name));
    await end();
    assert.deepEqual(seen, ["host", "lab"]);
  });

  it("is nothing when the before hook failed at once, and the after hook passes", () => end());

  it("is undone to its end when one step of it cannot be, and every error is reported", async () => {
    undo(broken("lab"));
    undo(step("host"));
    undo(broken("file"));
    await assert.rejects(end(), { name: "AggregateError", message: "Error: file is broken\nError: lab is broken" });
    assert.deepEqual(seen, ["file", "host", "lab"]);
  });
});
