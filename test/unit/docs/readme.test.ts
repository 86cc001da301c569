import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { overlay, parseAnswers, parseTree } from "@ghrunners/cli/init/answers";
import { projectRoot } from "@ghrunners/core/project-root";
import { privateKey } from "../../support/private-key";
import { readPicture, statusPicture, terminalPicture } from "./status-picture";

describe("the README", () => {
  const text = readFileSync(path.join(projectRoot, "README.md"), "utf8");

  it("shows the status screen as the command renders it", () => {
    assert.ok(text.includes("(docs/status.svg)"));
    assert.equal(readPicture(), statusPicture(), "Next: npx tsx test/unit/docs/status-picture.ts");
  });

  for (const file of ["README.md", "docs/how-to/first-stack.md"])
    it(`shows answers for ghrunners init that have no problem: ${file}`, () => {
      const document = readFileSync(path.join(projectRoot, file), "utf8");
      const example = /```yaml\n([\s\S]*?)```/.exec(document)?.[1] ?? "";
      const { settings, secretFiles } = parseAnswers(example, "/p/answers.yaml", "/h");
      const secrets = {
        proxmoxToken: "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555",
        githubToken: "github_pat_planted_value",
        sshPrivateKey: privateKey(),
      };
      assert.deepEqual(Object.keys(secretFiles).sort(), Object.keys(secrets).sort());
      // Node and template are found at Proxmox VE where the answers leave them out.
      const found = overlay({ proxmox: { node: "pve1", templateId: 9000 } }, settings);
      const result = parseTree("team", found, secrets);
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
