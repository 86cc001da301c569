import assert from "node:assert/strict";
import { stackValues } from "@ghrunners/cli/setup/stack-values";

describe("settings of a stack that may not exist yet", () => {
  const saved = process.env.PULUMI_STACK;
  afterEach(() => {
    if (saved === undefined) delete process.env.PULUMI_STACK;
    else process.env.PULUMI_STACK = saved;
  });

  it("are none where PULUMI_STACK names the stack that is made next", async () => {
    process.env.PULUMI_STACK = "none-of-that-name";
    assert.deepEqual(await stackValues("none-of-that-name"), {});
  });

  it("are refused where --stack names one without a file: a typing error would print the commands of another", async () => {
    delete process.env.PULUMI_STACK;
    await assert.rejects(stackValues("prodution"), /Seen no file of the stack prodution\. Expected .*prodution\.yaml/);
  });
});
