import assert from "node:assert/strict";
import { choose } from "@ghrunners/failover/choice/choose";
import { choiceText, goesTo, readChoice } from "@ghrunners/failover/choice/deploy-runner";
import { policy, runner } from "./support/runners";

const now = new Date("2026-01-01T12:00:00Z");
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

describe("DEPLOY_RUNNER", () => {
  const decision = choose([{ ...runner("primary"), name: "runner-1" }], policy, now);
  const text = choiceText(decision);

  it("holds a decision, and gives it back", () => {
    const seen = readChoice(text, now);
    assert.ok("choice" in seen);
    assert.deepEqual([seen.state, seen.choice.decision], ["fresh", decision]);
  });

  it("sends deployments to its runner by name until it expires", () => {
    assert.equal(goesTo(readChoice(text, now), "runner-1"), true);
    assert.equal(goesTo(readChoice(text, now), "runner-2"), false);
    assert.equal(goesTo(readChoice(text, later(policy.validSeconds)), "runner-1"), false);
    assert.equal(goesTo(readChoice(choiceText(choose([], policy, now)), now), "runner-1"), false);
  });

  for (const [state, what, content] of [
    ["missing", "an empty text", ""],
    ["missing", "null for no variable", null],
    ["missing", "no variable", undefined],
    ["unreadable", "a text that is no JSON", "primary"],
    ["unreadable", "JSON without its content", "{}"],
    [
      "fresh",
      "a choice of a clock that is two minutes ahead",
      choiceText(choose([runner("primary")], policy, later(120))),
    ],
    ["fresh", "times with an offset", text.replaceAll('Z"', '+00:00"')],
    [
      "future",
      "a choice of a clock that is further ahead",
      choiceText(choose([runner("primary")], policy, later(121))),
    ],
    ["expired", "an old choice", choiceText(choose([runner("primary")], policy, later(-policy.validSeconds)))],
    ["refused", "a choice of no runner", choiceText(choose([], policy, now))],
  ] as const)
    it(`is ${state} with ${what}`, () => assert.equal(readChoice(content, now).state, state));
});
