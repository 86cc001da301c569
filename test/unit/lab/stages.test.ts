import assert from "node:assert/strict";
import { Stages } from "@ghrunners/lab/stages";

describe("the stages of npm start", () => {
  it("are named in their order with their seconds, also one that failed", async () => {
    const stages = new Stages({ name: "npm", seconds: 61.6 });
    assert.equal(await stages.time("lab", () => Promise.resolve(7)), 7);
    await assert.rejects(
      stages.time("pulumi up", () => Promise.reject(new Error("no disk"))),
      /no disk/,
    );
    assert.equal(String(stages), "npm 62 s, lab 0 s, pulumi up 0 s");
  });
});
