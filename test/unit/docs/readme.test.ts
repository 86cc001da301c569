import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { parseConfiguration } from "@ghrunners/config/parse";
import { projectRoot } from "@ghrunners/core/project-root";
import { privateKey } from "../../support/private-key";
import { readPicture, statusPicture, terminalPicture } from "./status-picture";

describe("the README", () => {
  const text = readFileSync(path.join(projectRoot, "README.md"), "utf8");

  it("shows the status screen as the command renders it", () => {
    assert.ok(text.includes("(docs/status.svg)"));
    assert.equal(readPicture(), statusPicture(), "Next: npx tsx test/unit/docs/status-picture.ts");
  });

  it("shows a configuration that has no problem", () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
    const values = Object.entries(parse(example) as Record<string, unknown>).map(([key, value]) => [
      key.replace("ghrunners:", ""),
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const secrets = {
      proxmoxToken: "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555",
      githubToken: "github_pat_planted_value",
      sshPrivateKey: privateKey(),
    };
    for (const name of Object.keys(secrets)) assert.ok(text.includes(`--secret ghrunners:${name}`), name);
    const result = parseConfiguration({
      stack: "team",
      values: { ...(Object.fromEntries(values) as Record<string, string>), ...secrets },
      secrets: Object.keys(secrets),
    });
    assert.deepEqual("problems" in result ? result.problems : [], []);
  });
});

describe("the picture of a terminal", () => {
  it("keeps text, colours and special characters", () => {
    const picture = terminalPicture("a <b>\n\u001b[32m●\u001b[39m fine");
    assert.match(picture, />a &lt;b&gt;<\/text>/);
    assert.match(picture, /<tspan fill="#56d364">●<\/tspan> fine<\/text>/);
  });
});
