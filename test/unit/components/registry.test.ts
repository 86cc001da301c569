import assert from "node:assert/strict";
import { provider } from "@ghrunners/components/resources/registry";

/** What Pulumi prints of something that an implementation threw. */
const printed = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    return `${String(error)}: ${(error as Error).stack}`;
  }
  return assert.fail("nothing was thrown");
};

describe("the implementations of dynamic resources", () => {
  const preflight = provider("Preflight");
  const state = { hosts: true, github: { url: "https://github.example", repository: "octo-org/demo-app" } };

  it("refuse in one line, without a stack and without saying it twice", async () => {
    await preflight.configure?.({ config: { get: () => undefined } as never });
    const said = await printed(() => preflight.read?.("preflight", state));
    assert.match(said, /^Preflight: The configuration of the stack has no ghrunners:githubToken\. [^\n]*$/);
  });

  it("show where the code itself is wrong", async () => {
    const said = await printed(() => preflight.read?.("preflight", { hosts: true }));
    assert.match(said, /^TypeError: .*\n +at .*preflight\.ts/s);
  });

  it("are known by their names alone", () => {
    assert.throws(
      () => provider("Unknown" as "Preflight"),
      /has no dynamic resource "Unknown"\. Expected one of CloneSource/,
    );
  });
});
