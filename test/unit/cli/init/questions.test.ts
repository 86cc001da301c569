import assert from "node:assert/strict";
import { isIncomplete, unaskedFindings } from "@ghrunners/cli/init/questions/ask";
import type { SeenProxmox } from "@ghrunners/cli/init/questions/conversation";
import { freeAddress, freeVmId } from "@ghrunners/cli/init/questions/runners";
import { parseTree } from "@ghrunners/cli/init/answers";
import { empty, type InitDialogue, messages, offer, privateKey, proxmoxToken, systems, talk } from "./support/dialogue";

describe("questions of ghrunners init", () => {
  it("ask for no template where the answers name an image of which the program makes it", async () => {
    const two = [...offer.templates, { vmId: 9001, name: "debian-13", node: "pve1" }];
    const proxmoxOffer = () => Promise.resolve({ ...offer, templates: two });
    const asksForTemplate = ({ asked }: InitDialogue): boolean =>
      asked.some(({ message }) => message.startsWith("Template on"));
    assert.equal(asksForTemplate(await talk({}, { proxmoxOffer })), true);
    const image = { url: "https://images.example/debian.qcow2", checksum: "0".repeat(128) };
    const run = await talk({}, { proxmoxOffer }, { tree: { proxmox: { image } } });
    assert.equal(asksForTemplate(run), false);
    const parsed = parseTree("team", run.end.tree, run.end.secrets);
    assert.ok("settings" in parsed, JSON.stringify(parsed));
    assert.deepEqual(parsed.settings.proxmox.image?.checksum, image.checksum);
  });

  it("come in the order in which answers depend on each other, and end in a configuration", async () => {
    const run = await talk({});
    assert.deepEqual(messages(run), [
      "Address of the Proxmox",
      "API token of Proxmox",
      "Repository that the runners",
      "How GitHub lets the",
      "Token of an administrator",
      "Environment of the runners",
      "Default gateway of the",
      "Network of the machines",
      "How many runners",
      "Name of the primary",
      "VMID of runner-1",
      "Address of runner-1",
      "Name of the secondary",
      "VMID of runner-2",
      "Address of runner-2",
      "Logins of those who",
      "Branches that may deploy",
      "File with the SSH",
      "Is there a machine",
      "File with the passphrase",
    ]);
    assert.deepEqual(run.refused, []);
    const { tree, secrets, passphraseFile } = run.end;
    assert.deepEqual(tree, {
      environment: "production",
      proxmox: { endpoint: "https://pve.example:8006", node: "pve1", templateId: 9000 },
      github: { repository: "octo-org/demo-app" },
      network: { gateway: "192.168.0.1", adminCidr: "192.168.0.0/24" },
      runners: [
        { role: "primary", name: "runner-1", vmId: 152, address: "192.168.0.52" },
        { role: "secondary", name: "runner-2", vmId: 153, address: "192.168.0.53" },
      ],
      deployment: { reviewers: ["octocat", "hubot"], branches: ["trunk"] },
    });
    assert.deepEqual(secrets, { proxmoxToken, githubToken: "github_pat_1", sshPrivateKey: privateKey });
    assert.equal(passphraseFile, "/keys/~/.config/ghrunners/team.passphrase");
    assert.ok("settings" in parseTree("team", tree, secrets));
  });

  it("are secret where the answer is, and say what was filled in", async () => {
    const { asked, told } = await talk({});
    for (const { kind, message } of asked) assert.equal(kind === "secret", /^(API token|Token)/.test(message), message);
    assert.deepEqual(told, [
      "proxmox.node is pve1, the only one that fits",
      "proxmox.templateId is 9000, the only one that fits",
    ]);
  });

  it("offer what the system has, where there is more than one", async () => {
    const two: SeenProxmox = {
      ...offer,
      nodes: ["pve1", "pve2"],
      templates: [
        ...offer.templates,
        { vmId: 9001, name: "ubuntu", node: "pve1" },
        { vmId: 9002, name: "d", node: "pve2" },
      ],
      storages: { pve1: ["local-lvm", "tank"], pve2: ["local-lvm"] },
      bridges: ["vmbr0", "vmbr1"],
    };
    const typed = { "Template on pve1": [9001], Storage: ["tank"], "Node of runner-2": ["pve2"] };
    const { asked, end } = await talk(typed, { proxmoxOffer: () => Promise.resolve(two) });
    const choices = asked.flatMap((prompt) => (prompt.kind === "choice" ? [prompt] : []));
    assert.deepEqual(
      choices.map(({ message, choices: offered }) => [message.split(/[ ,]/)[0], offered.map(({ value }) => value)]),
      [
        ["Node", ["pve1", "pve2"]],
        ["Template", [9000, 9001]],
        ["Storage", ["local-lvm", "tank"]],
        ["Bridge", ["vmbr0", "vmbr1"]],
        ["How", ["apps", "tokens"]],
        ["How", [2, 1]],
        ["Node", ["pve1", "pve2"]],
        ["Template", [9002]],
      ],
    );
    assert.deepEqual(end.tree.proxmox, {
      endpoint: "https://pve.example:8006",
      node: "pve1",
      templateId: 9001,
      storage: "tank",
      bridge: "vmbr0",
      templates: { pve2: 9002 },
    });
  });

  it("are asked only for what is missing where answers were given", async () => {
    const start = {
      tree: {
        environment: "staging",
        proxmox: { endpoint: "https://pve.example:8006" },
        github: { repository: "octo-org/demo-app" },
        network: { adminCidr: "10.1.0.0/24" },
        runners: [{ role: "primary", name: "one", vmId: 200, address: "10.1.0.9" }],
      },
      secrets: { proxmoxToken, sshPrivateKey: privateKey },
      passphraseFile: "/p",
    };
    const run = await talk({ "Default gateway": ["10.1.0.1"] }, {}, start);
    assert.deepEqual(messages(run), [
      "How GitHub lets the",
      "Token of an administrator",
      "Default gateway of the",
      "Is there a machine",
    ]);
    assert.deepEqual(run.refused, []);
  });

  it("do not come where nothing is missing, or where no question can repair what is wrong", async () => {
    const { end } = await talk({});
    const made = { ...end, isNew: false, lacksPassphrase: false };
    assert.equal(isIncomplete(made, systems), false);
    assert.equal(isIncomplete(empty, systems), true);
    const wrong = { ...empty, tree: { vm: { cores: 0 } } };
    assert.deepEqual(
      unaskedFindings(wrong, systems).map(({ setting }) => setting),
      ["vm.cores"],
    );
    assert.deepEqual(unaskedFindings(empty, systems), []);
  });

  it("propose nothing in a full subnet", () => {
    const tree = { network: { gateway: "10.0.0.1", prefixLength: 30 }, runners: [{ address: "10.0.0.2" }] };
    assert.equal(freeAddress({ ...empty, tree }), undefined);
    assert.equal(freeAddress({ ...empty, tree: { network: tree.network } }), "10.0.0.2");
    assert.equal(freeVmId({ ...empty, seen: { proxmox: offer } }), 152);
  });
});
