import assert from "node:assert/strict";
import { refusal, toPrepare } from "@ghrunners/cli/init/findings";
import { offer, talk, proxmoxToken } from "./support/dialogue";

describe("questions of ghrunners init whose answers are checked", () => {
  it("come again with the reason when the real system refuses the answer", async () => {
    const reasons = ["https://wrong.example does not answer (ENOTFOUND)."];
    const tokens: string[] = [];
    const { refused, asked, end } = await talk(
      {
        "Address of the Proxmox VE API": ["https://wrong.example", "https://pve.example:8006"],
        "API token": ["a@pve!wrong=1", proxmoxToken],
      },
      {
        proxmoxEndpoint: () => Promise.resolve(reasons.shift()),
        proxmoxOffer: (_, token) => {
          tokens.push(token);
          return token === proxmoxToken
            ? Promise.resolve(offer)
            : Promise.reject(new Error("refused (401). Next: pulumi config set --secret ghrunners:proxmoxToken"));
        },
      },
    );
    assert.deepEqual(refused, ["https://wrong.example does not answer (ENOTFOUND).", "refused (401)."]);
    assert.deepEqual(tokens, ["a@pve!wrong=1", proxmoxToken]);
    const again = asked.filter(({ message }) => message.startsWith("Address of the Proxmox VE API"));
    assert.deepEqual(
      again.map((prompt) => "initial" in prompt && prompt.initial),
      ["https://", "https://wrong.example"],
    );
    assert.equal((end.tree.proxmox as { endpoint: string }).endpoint, "https://pve.example:8006");
  });

  it("refuse a malformed answer without asking any system", async () => {
    const { refused } = await talk(
      { "Repository that": ["demo-app", "octo-org/demo-app"], "VMID of runner-1": ["many", 9000, 160] },
      { githubRepository: () => Promise.resolve({ defaultBranch: "main", writers: [] }) },
    );
    assert.match(refused[0] ?? "", /Seen "demo-app", expected owner\/name/);
    assert.match(refused[1] ?? "", /expected a whole number/);
    assert.match(refused[2] ?? "", /Seen 9000, the template's/);
    assert.equal(refused.length, 3);
  });

  it("propose the next free number and address after a refused one", async () => {
    const { asked, end } = await talk(
      {},
      {
        proxmoxFindings: ({ tree }) => {
          const [first] = (tree.runners ?? []) as { vmId?: number; address?: string }[];
          return Promise.resolve([
            ...(first?.vmId === 152 ? [refusal("runners[0].vmId", "VMID 152 is used")] : []),
            ...(first?.address === "192.168.0.52" ? [refusal("runners[0].address", "a machine answers")] : []),
          ]);
        },
      },
    );
    assert.equal(asked.filter(({ message }) => message.startsWith("VMID of runner-1")).length, 2);
    assert.deepEqual((end.tree.runners as unknown[])[0], {
      role: "primary",
      name: "runner-1",
      vmId: 153,
      address: "192.168.0.53",
    });
  });

  it("ask for repository and token again where GitHub does not say which is wrong", async () => {
    const answers = [Object.assign(new Error("404. Next: check ghrunners:github.repository"), { status: 404 })];
    const { asked, refused } = await talk(
      {
        "Repository that": ["octo-org/other", "octo-org/demo-app"],
        "Token of an administrator": ["github_pat_0", "github_pat_1"],
      },
      {
        githubRepository: () => {
          const error = answers.shift();
          return error === undefined ? Promise.resolve({ defaultBranch: "main", writers: [] }) : Promise.reject(error);
        },
      },
    );
    assert.deepEqual(refused, ["404."]);
    assert.equal(asked.filter(({ message }) => message.startsWith("Repository that")).length, 2);
    assert.equal(asked.filter(({ message }) => message.startsWith("Token of an")).length, 2);
  });

  it("warn of what is to be prepared elsewhere, once", async () => {
    const { warned } = await talk(
      {},
      {
        githubFindings: () =>
          Promise.resolve({ findings: [toPrepare("github", "Actions is off")], notices: [], lacksReviewers: false }),
        proxmoxFindings: () => Promise.resolve([toPrepare("proxmox", "the API token lacks VM.Clone")]),
      },
    );
    assert.deepEqual(warned, ["Actions is off", "the API token lacks VM.Clone"]);
  });

  it("let a repository without reviewers go on only by the words of the override", async () => {
    const words = "deployments to production are not reviewed";
    const { refused, end } = await talk(
      { "GitHub has no reviewers": ["yes", words] },
      { githubFindings: () => Promise.resolve({ findings: [], notices: [], lacksReviewers: true }) },
    );
    assert.equal(refused.length, 1);
    assert.deepEqual(end.tree.safety, { allowUnreviewedProduction: words });
    assert.equal(end.tree.deployment, undefined);
  });

  it("pin the monitoring host's key only after a person has compared it", async () => {
    const { end, asked } = await talk({
      "Is there a machine": [true],
      "IPv4 address": ["192.168.0.7", "192.168.0.200"],
      "Its host key is SHA256:abc": [false, true],
      "User of the monitoring host": ["operator"],
      "Read-only token": ["github_pat_2"],
    });
    assert.deepEqual(end.tree.monitoring, { host: "192.168.0.200", hostKey: "ssh-ed25519 AAAA", user: "operator" });
    assert.equal(end.secrets.exporterToken, "github_pat_2");
    assert.equal(end.secrets.failoverToken, undefined);
    assert.equal(asked.filter(({ message }) => message.startsWith("IPv4 address")).length, 2);
  });

  it("come for a given answer that is wrong, and for one that a later answer contradicts", async () => {
    const start = {
      tree: { runners: [{ role: "primary", name: "One", vmId: 200, address: "10.1.0.9" }] },
    };
    const { refused, end } = await talk({ "Name of the primary": ["runner-1"] }, {}, start);
    assert.match(refused[0] ?? "", /^runners\[0\]\.name: .*Seen "One"/);
    assert.match(refused[1] ?? "", /^runners\[0\]\.address: .*Seen 10\.1\.0\.9, expected in the gateway's subnet/);
    assert.deepEqual(end.tree.runners, [{ role: "primary", name: "runner-1", vmId: 200, address: "192.168.0.52" }]);
  });
});
