import assert from "node:assert/strict";
import { refusal, toPrepare } from "@ghrunners/cli/init/findings";
import { askAll, isIncomplete, type Terminal, unaskedFindings } from "@ghrunners/cli/init/questions/ask";
import type { Conversation, SeenProxmox } from "@ghrunners/cli/init/questions/conversation";
import type { Prompt, PromptAnswer } from "@ghrunners/cli/init/questions/question";
import { freeAddress, freeVmId } from "@ghrunners/cli/init/questions/runners";
import type { Systems } from "@ghrunners/cli/init/questions/systems";
import { parseTree } from "@ghrunners/cli/init/answers";
import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";

const offer: SeenProxmox = {
  nodes: ["pve1"],
  templates: [{ vmId: 9000, name: "debian-12", node: "pve1" }],
  storages: { pve1: ["local-lvm"] },
  bridges: ["vmbr0"],
  vmIds: [9000, 151],
  addresses: ["192.168.0.51"],
  gateways: ["192.168.0.1"],
};

const { privateKey } = makeKeyPair("ed25519");

const systems: Systems = {
  proxmoxEndpoint: () => Promise.resolve(undefined),
  proxmoxOffer: () => Promise.resolve(offer),
  proxmoxFindings: () => Promise.resolve([]),
  githubRepository: () => Promise.resolve({ defaultBranch: "trunk", writers: ["octocat"] }),
  githubFindings: () => Promise.resolve({ findings: [], notices: [], lacksReviewers: false }),
  hostKey: () => Promise.resolve({ key: "ssh-ed25519 AAAA", fingerprint: "SHA256:abc" }),
  monitoringFindings: () => Promise.resolve({ findings: [], notices: [] }),
  readFile: () => privateKey,
  filePath: (file) => `/keys/${file}`,
};

const empty: Conversation = {
  stack: "team",
  isNew: true,
  tree: {},
  secrets: {},
  passphraseFile: undefined,
  lacksPassphrase: true,
  seen: {},
};

const tokenOf = "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555";

/** What a person types, by the beginning of the question; a proposal is taken where nothing is said. */
type Typed = Readonly<Record<string, readonly PromptAnswer[]>>;

const usual: Typed = {
  "Address of the Proxmox VE API": ["https://pve.example:8006"],
  "API token": [tokenOf],
  "Repository that": ["octo-org/demo-app"],
  "Token of an administrator": ["github_pat_1"],
  "Logins of": ["octocat, hubot"],
};

interface Run {
  readonly asked: readonly Prompt[];
  readonly refused: readonly string[];
  readonly warned: readonly string[];
  readonly told: readonly string[];
  readonly end: Conversation;
}

async function talk(typed: Typed, changes: Partial<Systems> = {}, start: Partial<Conversation> = {}): Promise<Run> {
  const asked: Prompt[] = [];
  const [refused, warned, told]: [string[], string[], string[]] = [[], [], []];
  const left = new Map(Object.entries({ ...usual, ...typed }).map(([begin, answers]) => [begin, [...answers]]));
  const terminal: Terminal = {
    ask(prompt) {
      asked.push(prompt);
      if (asked.length > 60) throw new Error(`asked without end: ${prompt.message}`);
      const [, answers = []] = [...left].find(([begin]) => prompt.message.startsWith(begin)) ?? [];
      const answer = answers.shift();
      if (answer !== undefined) return Promise.resolve(answer);
      if (prompt.kind === "choice") return Promise.resolve(prompt.initial ?? prompt.choices[0]?.value ?? "");
      if (prompt.kind === "secret") return Promise.resolve("");
      return Promise.resolve(prompt.initial ?? "");
    },
    working: (_, work) => work(),
    refused: (reason) => void refused.push(reason),
    warn: (line) => void warned.push(line),
    tell: (line) => void told.push(line),
  };
  const end = await askAll({ ...empty, ...start }, terminal, { ...systems, ...changes });
  return { asked, refused, warned, told, end };
}

const messages = ({ asked }: Run): string[] => asked.map(({ message }) => message.split(/[ ,(]/).slice(0, 4).join(" "));

describe("questions of ghrunners init", () => {
  it("ask for no template where the answers name an image of which the program makes it", async () => {
    const two = [...offer.templates, { vmId: 9001, name: "debian-13", node: "pve1" }];
    const proxmoxOffer = () => Promise.resolve({ ...offer, templates: two });
    const asksForTemplate = ({ asked }: Run): boolean => asked.some(({ message }) => message.startsWith("Template on"));
    assert.equal(asksForTemplate(await talk({}, { proxmoxOffer })), true);
    const image = { url: "https://images.example/debian.qcow2", sha512: "0".repeat(128) };
    const run = await talk({}, { proxmoxOffer }, { tree: { proxmox: { image } } });
    assert.equal(asksForTemplate(run), false);
    const parsed = parseTree("team", run.end.tree, run.end.secrets);
    assert.ok("settings" in parsed, JSON.stringify(parsed));
    assert.deepEqual(parsed.settings.proxmox.image?.sha512, image.sha512);
  });

  it("come in the order in which answers depend on each other, and end in a configuration", async () => {
    const run = await talk({});
    assert.deepEqual(messages(run), [
      "Address of the Proxmox",
      "API token of Proxmox",
      "Repository that the runners",
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
    assert.deepEqual(secrets, { proxmoxToken: tokenOf, githubToken: "github_pat_1", sshPrivateKey: privateKey });
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

  it("come again with the reason when the real system refuses the answer", async () => {
    const reasons = ["https://wrong.example does not answer (ENOTFOUND)."];
    const tokens: string[] = [];
    const { refused, asked, end } = await talk(
      {
        "Address of the Proxmox VE API": ["https://wrong.example", "https://pve.example:8006"],
        "API token": ["a@pve!wrong=1", tokenOf],
      },
      {
        proxmoxEndpoint: () => Promise.resolve(reasons.shift()),
        proxmoxOffer: (_, token) => {
          tokens.push(token);
          return token === tokenOf
            ? Promise.resolve(offer)
            : Promise.reject(new Error("refused (401). Next: pulumi config set --secret ghrunners:proxmoxToken"));
        },
      },
    );
    assert.deepEqual(refused, ["https://wrong.example does not answer (ENOTFOUND).", "refused (401)."]);
    assert.deepEqual(tokens, ["a@pve!wrong=1", tokenOf]);
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

  it("are asked only for what is missing where answers were given", async () => {
    const start = {
      tree: {
        environment: "staging",
        proxmox: { endpoint: "https://pve.example:8006" },
        github: { repository: "octo-org/demo-app" },
        network: { adminCidr: "10.1.0.0/24" },
        runners: [{ role: "primary", name: "one", vmId: 200, address: "10.1.0.9" }],
      },
      secrets: { proxmoxToken: tokenOf, sshPrivateKey: privateKey },
      passphraseFile: "/p",
    };
    const run = await talk({ "Default gateway": ["10.1.0.1"] }, {}, start);
    assert.deepEqual(messages(run), ["Token of an administrator", "Default gateway of the", "Is there a machine"]);
    assert.deepEqual(run.refused, []);
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
