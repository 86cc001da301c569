import assert from "node:assert/strict";
import { lackingCredentials } from "@ghrunners/cli/init/credentials";
import type { Conversation } from "@ghrunners/cli/init/questions/conversation";
import { messages, talk } from "./support/dialogue";

const apps = { "How GitHub lets": ["apps"] };

/** Systems that register every App that is lacking, and remember what was known then. */
function registering(): { registered: Conversation[]; changes: Parameters<typeof talk>[1] } {
  const registered: Conversation[] = [];
  const registerApps = (known: Conversation) => {
    registered.push(known);
    const lacking = lackingCredentials(known.tree, known.secrets).map((setting) => [setting, `app-${setting}`]);
    return Promise.resolve(Object.fromEntries(lacking) as Record<string, string>);
  };
  return { registered, changes: { registerApps } };
}

describe("credentials that a stack lacks", () => {
  it("are the program's own, and with monitoring those of exporters and failover switch", () => {
    const secondary = { monitoring: {}, runners: [{ role: "primary" }, { role: "secondary" }] };
    assert.deepEqual(lackingCredentials({}, {}), ["githubToken"]);
    assert.deepEqual(lackingCredentials({ monitoring: {} }, {}), ["githubToken", "exporterToken"]);
    assert.deepEqual(lackingCredentials(secondary, { githubToken: "t" }), ["exporterToken", "failoverToken"]);
    assert.deepEqual(lackingCredentials({ ...secondary, monitoring: { fleetExporter: false } }, {}), ["githubToken"]);
    assert.deepEqual(lackingCredentials({ runners: [null] }, { githubToken: "t" }), []);
  });
});

describe("ghrunners init with Apps in place of tokens", () => {
  it("asks what the Apps are for, registers them all at once, and looks at GitHub with them", async () => {
    const { registered, changes } = registering();
    const looked: string[] = [];
    const githubRepository = (_: Conversation, token: string) => {
      looked.push(token);
      return Promise.resolve({ defaultBranch: "trunk", writers: ["octocat"] });
    };
    const typed = {
      ...apps,
      "Is there a machine": [true],
      "IPv4 address of the monitoring": ["192.168.0.200"],
      "User of the monitoring": ["operator"],
    };
    const run = await talk(typed, { ...changes, githubRepository });
    assert.deepEqual(messages(run).slice(2, 9), [
      "Repository that the runners",
      "How GitHub lets the",
      "How many runners",
      "Is there a machine",
      "File with the passphrase",
      "Make the stack team",
      "Environment of the runners",
    ]);
    assert.ok(!messages(run).some((message) => message.startsWith("Token")), messages(run).join("\n"));
    const [known] = registered;
    assert.equal(registered.length, 1);
    assert.deepEqual(
      [known?.passphraseFile, known?.tree.github],
      ["/keys/~/.config/ghrunners/team.passphrase", { repository: "octo-org/demo-app" }],
    );
    assert.deepEqual(looked, ["app-githubToken", "app-exporterToken", "app-failoverToken"]);
    const { githubToken, exporterToken, failoverToken } = run.end.secrets;
    assert.deepEqual([githubToken, exporterToken, failoverToken], looked);
  });

  it("registers no App that the stack has no use for, and asks for no token in its place", async () => {
    const { registered, changes } = registering();
    const run = await talk({ ...apps, "How many runners": [1] }, changes);
    assert.equal(registered.length, 1);
    assert.deepEqual(Object.keys(run.end.secrets).sort(), ["githubToken", "proxmoxToken", "sshPrivateKey"]);
  });

  it("asks for a token after all where the person does not agree", async () => {
    const { registered, changes } = registering();
    const run = await talk({ ...apps, "Make the stack": [false] }, changes);
    assert.deepEqual([registered.length, run.end.secrets.githubToken], [0, "github_pat_1"]);
  });

  it("carries on where only the Apps of monitoring are missing", async () => {
    const { registered, changes } = registering();
    const start = { usesApps: true, secrets: { githubToken: "app-earlier" } };
    const typed = { "Is there a machine": [true], "IPv4 address": ["192.168.0.200"], "User of the": ["operator"] };
    const run = await talk(typed, changes, start);
    assert.equal(registered.length, 1);
    assert.deepEqual(
      [run.end.secrets.githubToken, run.end.secrets.exporterToken, run.end.secrets.failoverToken],
      ["app-earlier", "app-exporterToken", "app-failoverToken"],
    );
    assert.deepEqual(run.refused, []);
  });
});
