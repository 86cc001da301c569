import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { currentInstance, instanceNamed } from "@ghrunners/lab/instance";
import { removeLeftovers } from "@ghrunners/lab/leftovers";
import { destroyAll, networkUp } from "@ghrunners/lab/machines/index";

describe("what a killed lab of another state folder left", () => {
  const instance = instanceNamed(`${currentInstance().name.slice(0, 7)}-lo`);
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  before(() => networkUp(instance.name));
  after(() => destroyAll(instance.name));

  it("is not touched while that lab's services run, and they are named", async () => {
    const service = spawn("nsenter", [`--net=${instance.netns}`, "sh", "-c", "echo inside; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    try {
      await once(service.stdout, "data");
      await assert.rejects(
        removeLeftovers(instance, say),
        new RegExp(
          `lab named "${instance.name}" runs on this machine \\(processes ${service.pid}\\).*Next: .*GHRUNNERS_LAB`,
        ),
      );
      assert.ok(existsSync(instance.netns));
    } finally {
      service.stdin.end();
      await once(service, "close");
    }
  });

  it("is removed once they have ended; without anything left nothing is printed", async () => {
    await removeLeftovers(instance, say);
    assert.ok(!existsSync(instance.netns));
    await removeLeftovers(instance, say);
    assert.deepEqual(said, [`Removing what is left of a lab named "${instance.name}" that was killed`]);
  });
});
