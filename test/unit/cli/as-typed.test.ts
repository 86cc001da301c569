import assert from "node:assert/strict";
import { asTyped } from "@ghrunners/cli/as-typed";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";

const commands = ["gate", "status", "setup"];
const byNpx = { npm_command: "exec", npm_lifecycle_script: "'ghrunners'" };

describe("commands in messages, where npx started the command", () => {
  it("begin with npx, so that they run as they are printed", () => {
    const text = onStack("no runner may deploy. Next: ghrunners gate, then ghrunners setup proxmox > x.sh", "acme");
    assert.equal(
      asTyped(text, commands, byNpx),
      "no runner may deploy. Next: npx ghrunners gate --stack acme, then npx ghrunners setup proxmox --stack acme > x.sh",
    );
  });

  it("are left alone where they have it, and where ghrunners is a key, a folder or a word", () => {
    for (const text of [
      "npx ghrunners gate",
      "pulumi config set ghrunners:environment staging",
      "/opt/ghrunners status",
      "ghrunners gates",
      "ghrunners writes its state",
    ])
      assert.equal(asTyped(text, commands, byNpx), text);
  });

  it("are left alone where the shell has the command, as the lab's shell, and below another program of npx", () => {
    for (const env of [
      {},
      { npm_command: "run-script", npm_lifecycle_script: "node lab/main.ts" },
      { npm_command: "exec", npm_lifecycle_script: "'mocha'" },
    ])
      assert.equal(asTyped("Next: ghrunners gate", commands, env), "Next: ghrunners gate");
  });
});
