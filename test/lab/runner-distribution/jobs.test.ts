import assert from "node:assert/strict";
import { until } from "../../support/until";
import { Rig } from "./rig";

const basic = `
name: Basic
on:
  workflow_dispatch:
    inputs:
      who: { type: string, default: world }
env: { GREETING: hello }
jobs:
  greet:
    runs-on: [self-hosted, lab]
    outputs:
      said: \${{ steps.say.outputs.text }}
    steps:
      - id: say
        env: { WHO: "\${{ inputs.who }}" }
        run: |
          echo "text=$GREETING $WHO" >> "$GITHUB_OUTPUT"
          echo "on $RUNNER_NAME for $GITHUB_REPOSITORY"
  after:
    needs: greet
    runs-on: [self-hosted, lab]
    steps:
      - run: echo "got \${{ needs.greet.outputs.said }}"
`;

describe("jobs on the stand-in runner", function () {
  this.timeout(60_000);
  let rig: Rig;
  afterEach(async () => {
    await rig.close();
  });

  it("runs steps, hands outputs on and shows the result", async () => {
    rig = await Rig.start({ workflows: { "basic.yml": basic } });
    const runner = await rig.online("lab-1", "self-hosted,lab");
    const run = await rig.completed(rig.dispatch("basic.yml", { who: "lab" }));
    assert.equal(run.conclusion, "success");
    assert.match(rig.log(rig.job(run.id, "after")), /got hello lab/);
    await until("it prints the result", 5_000, () => /Job after completed with result: Succeeded/.test(runner.output));
  });
});
