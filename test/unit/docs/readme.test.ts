import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { overlay, parseAnswers, parseTree } from "@ghrunners/cli/init/answers";
import type { SettingsTree } from "@ghrunners/cli/pulumi/stack-document";
import { projectRoot } from "@ghrunners/core/project-root";
import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";
import { firstDaySteps } from "@ghrunners/lab/first-day/steps";
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

describe("the first day on real systems", () => {
  const text = readFileSync(path.join(projectRoot, "docs/tutorial/real-systems.md"), "utf8");

  it("has the steps of the first day in the lab, in their order", () => {
    const titles = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    assert.deepEqual(
      titles.slice(1),
      firstDaySteps.map(({ title }) => title),
    );
  });

  it("shows answers that have no problem, also with what deployments add", () => {
    const [answers = "", deployment = ""] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, body]) => body);
    const { settings, workflowsTokenFile } = parseAnswers(answers, "/p/answers.yaml", "/h");
    assert.equal(workflowsTokenFile, "/p/own-token");
    // An example of a key is none.
    const hostKey = makeKeyPair("ed25519").publicKey.split(" ").slice(0, 2).join(" ");
    const withKeys = (tree: object): SettingsTree =>
      JSON.parse(JSON.stringify(tree).replaceAll("ecdsa-sha2-nistp256 AAAA...", hostKey)) as SettingsTree;
    const found = overlay({ proxmox: { node: "pve1", templateId: 9000 } }, withKeys(settings));
    const credentials = { githubToken: "github_pat_a", exporterToken: "github_pat_b", failoverToken: "github_pat_c" };
    const proxmoxToken = "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555";
    const secrets = { ...credentials, proxmoxToken, sshPrivateKey: privateKey() };
    const plan = parseAnswers(deployment, "/p/deployment.yaml", "/h").settings;
    const values = { secretValues: { RUNNER_VIEW_TOKEN: "github_pat_d" } };
    for (const result of [
      parseTree("team", found, secrets),
      parseTree("team", overlay(found, withKeys(plan)), secrets, values),
    ])
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
