import assert from "node:assert/strict";
import { PUBLIC_WORDS } from "@ghrunners/core/vocabulary/safety";
import type { ClusterGuest } from "@ghrunners/core/proxmox/client";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import type { PreflightInputs } from "@ghrunners/components/resources/preflight";
import { judgeGitHub, judgeProxmox, requiredPrivileges } from "@ghrunners/components/preflight/judge";
import type {
  GitHubObservation,
  PreflightProblem,
  ProxmoxObservation,
  StorageSeen,
} from "@ghrunners/components/preflight/observation";

const GiB = 2 ** 30;

const inputs: PreflightInputs = {
  proxmox: {
    endpoint: "https://pve.example:8006/",
    node: "pve1",
    templateId: 9000,
    storage: "tank",
    bridge: "vmbr1",
    pool: undefined,
  },
  github: { url: "https://github.com", repository: "octo-org/demo-app" },
  runners: [
    { role: "primary", name: "one", vmId: 151, address: "192.0.2.51", node: "pve1", templateId: 9000 },
    { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52", node: "pve1", templateId: 9000 },
  ],
  oneNodeAllowed: false,
  diskGiB: 10,
  requireFirewall: true,
  ownershipMarks: { one: "ghrunners lab one", two: "ghrunners lab two" },
  version: "2.336.0",
  smokeWorkflow: "runner-smoke.yml",
  publicAllowed: false,
  hosts: true,
  deployment: {
    environment: undefined,
    rules: undefined,
    repositorySecrets: false,
    repositoryVariables: false,
  },
  refusals: [],
};

const template: ClusterGuest = { vmid: 9000, name: "debian", node: "pve1", template: true, type: "qemu" };
const guest = (vmid: number, name = "other"): ClusterGuest => ({ ...template, vmid, name, template: false });
/** As the recipe makes it. */
const good = {
  boot: "order=scsi0",
  scsi0: "tank:base-9000-disk-0,size=10G",
  scsihw: "virtio-scsi-pci",
  ide2: "tank:vm-9000-cloudinit,media=cdrom,size=4M",
};

/** Both services as they should be before the first run. */
const proxmox: ProxmoxObservation = {
  guests: { value: [template] },
  nodes: { value: [{ node: "pve1", online: true }] },
  firewall: { value: undefined },
  answering: [],
  configs: new Map(),
  storages: new Map([["pve1", { value: { avail: 20 * GiB } }]]),
  missingPrivileges: { value: [] },
};
/** The storage as node pve1 sees it. */
const stored = (storage: StorageSeen): Pick<ProxmoxObservation, "storages"> => ({
  storages: new Map([["pve1", { value: storage }]]),
});
const github: GitHubObservation = {
  repository: { value: { private: true, fullName: "octo-org/demo-app" } },
  runners: { value: [] },
  registration: { value: true },
  workflow: { value: true },
};
const online: GitHubRunner = { id: 7, name: "two", online: true, busy: false, labels: [], version: undefined };

const atProxmox = (seen: Partial<ProxmoxObservation>): PreflightProblem[] =>
  judgeProxmox(inputs, { ...proxmox, ...seen });
const atGitHub = (seen: Partial<GitHubObservation>, change: Partial<PreflightInputs> = {}): PreflightProblem[] =>
  judgeGitHub({ ...inputs, ...change }, { ...github, ...seen }, []);
const cloneOnly = { path: "/vms/9000", privilege: "VM.Clone", reason: "clone the template" };
const memory = (vmId: number): typeof cloneOnly => ({
  path: `/vms/${vmId}`,
  privilege: "VM.Config.Memory",
  reason: "set memory",
});

/** What is wrong, the problems it gives, the setting that is named and the words of the reason. */
const table: readonly [string, PreflightProblem[], string, RegExp][] = [
  [
    "no template",
    atProxmox({ guests: { value: [] } }),
    "proxmox.templateId",
    /^VMID 9000: seen no such VM, expected a template on node pve1 .*Next: make it as docs\/how-to\/template\.md says, or pulumi config set --path 'ghrunners:proxmox\.templateId'/,
  ],
  [
    "a VM in the template's place",
    atProxmox({ guests: { value: [guest(9000, "web")] } }),
    "proxmox.templateId",
    /seen web, which is a VM and not a template, expected/,
  ],
  [
    "a template on another node",
    atProxmox({ guests: { value: [{ ...template, node: "pve2" }] } }),
    "proxmox.templateId",
    /seen a template on node pve2, expected .* on node pve1/,
  ],
  [
    "a VMID that is taken",
    atProxmox({ guests: { value: [template, guest(151, "web")] } }),
    "runners[0].vmId",
    /^VMID 151 of one is used by web on node pve1\. Expected a free one\. Next: .*'ghrunners:runners\[0\]\.vmId' VMID$/,
  ],
  [
    "a VMID that another stack's runner has",
    atProxmox({
      guests: { value: [template, guest(152)] },
      configs: new Map([[152, { description: "ghrunners x two" }]]),
    }),
    "runners[1].vmId",
    /^VMID 152 of two is used/,
  ],
  [
    "an address in use",
    atProxmox({
      guests: { value: [template, guest(300, "web")] },
      configs: new Map([[300, { ipconfig1: "gw=192.0.2.1,ip=192.0.2.52/24" }]]),
    }),
    "runners[1].address",
    /^address 192\.0\.2\.52 of two is in use by VM 300 \(web\)\. Expected a free one\. Next: .*runners\[1\]\.address' ADDRESS$/,
  ],
  [
    "not enough space",
    atProxmox(stored({ avail: 19.5 * GiB })),
    "proxmox.storage",
    /^tank has 19\.5 GiB free, expected 20\.0 GiB for 2 new VMs\. Next: free space, or lower ghrunners:vm\.diskGiB$/,
  ],
  [
    "an address that a container has",
    atProxmox({
      guests: { value: [template, { ...guest(300, "dns"), type: "lxc" }] },
      configs: new Map([[300, { hostname: "dns", net0: "name=eth0,bridge=vmbr1,ip=192.0.2.51/24,type=veth" }]]),
    }),
    "runners[0].address",
    /^address 192\.0\.2\.51 of one is in use by container 300 \(dns\)\./,
  ],
  [
    "an address at which a machine answers that Proxmox VE does not know",
    atProxmox({ answering: ["192.0.2.52"] }),
    "runners[1].address",
    /^a machine answers at 192\.0\.2\.52, the address of two, whose VM does not exist yet\. Expected a free one\./,
  ],
  [
    "a node that is off",
    atProxmox({ nodes: { value: [{ node: "pve1", online: false }] } }),
    "proxmox.node",
    /^the node pve1 is off or not reachable in the cluster\. Expected it online\. Next: start it/,
  ],
  [
    "a node that does not exist",
    atProxmox({ nodes: { value: [{ node: "alpha", online: true }] } }),
    "proxmox.node",
    /^there is no node pve1, seen: alpha\. Next: pulumi config set/,
  ],
  [
    "a storage that takes no disks",
    atProxmox(stored({ avail: 20 * GiB, content: "iso,backup" })),
    "proxmox.storage",
    /^tank holds iso,backup\. Expected a storage for VM disks \(content images\)/,
  ],
  [
    "a storage that the node does not reach",
    atProxmox(stored({ avail: 0, content: "images", active: 0 })),
    "proxmox.storage",
    /^tank is not reachable from node pve1\. Expected it active/,
  ],
  [
    "a datacenter whose firewall is off",
    atProxmox({ firewall: { value: false } }),
    "network.requireFirewall",
    /^the firewall of Proxmox VE is off for the datacenter, so the rules of the VMs have no effect .* Next: on the node, pvesh set/,
  ],
  [
    "a storage that fails",
    atProxmox({ storages: new Map([["pve1", { error: "no tank" }]]) }),
    "proxmox.storage",
    /^no tank$/,
  ],
  [
    "one privilege on several VMs",
    atProxmox({ missingPrivileges: { value: [memory(151), memory(152)] } }),
    "proxmox",
    /^the API token lacks VM\.Config\.Memory on \/vms\/151, \/vms\/152 \(needed to set memory\)\. Next: ghrunners setup proxmox prints the role for the node, or add VM\.Config\.Memory/,
  ],
  ["privileges that cannot be read", atProxmox({ missingPrivileges: { error: "403 x" } }), "proxmox", /^403 x$/],
  [
    "a Proxmox VE that refuses everything, told once",
    atProxmox({ guests: { error: "401 x" }, missingPrivileges: { error: "401 x" } }),
    "proxmox",
    /^401 x$/,
  ],
  [
    "a public repository",
    atGitHub({ repository: { value: { private: false, fullName: "octo-org/demo-app" } } }),
    "github.repository",
    new RegExp(`^octo-org/demo-app is public: .*Expected a private .*allowPublicRepository' '${PUBLIC_WORDS}'$`),
  ],
  [
    "a name that is online at GitHub",
    atGitHub({ runners: { value: [online] } }),
    "runners[1].name",
    /^a runner named two \(id 7\) is online at GitHub already\. Expected a free name\. Next: remove it there, or/,
  ],
  ["a token that may not register", atGitHub({ registration: { error: "403 y" } }), "github", /^403 y$/],
  ["a missing workflow", atGitHub({ workflow: { error: "404 z" } }), "github", /^404 z$/],
  [
    "a GitHub that refuses everything, told once",
    atGitHub({
      repository: { error: "401" },
      runners: { error: "401" },
      registration: { error: "401" },
      workflow: { error: "401" },
    }),
    "github",
    /^401$/,
  ],
];

describe("preflight", () => {
  for (const [what, problems, setting, words] of table) {
    it(`names ${what}`, () => {
      assert.deepEqual(
        problems.map((problem) => problem.setting),
        [setting],
      );
      assert.match(problems[0]?.reason ?? "", words);
    });
  }

  it("reports no problem if everything is as expected", () => {
    assert.deepEqual([atProxmox({}), atGitHub({})], [[], []]);
  });

  const withTemplate = (change: Record<string, string | undefined>): string[] =>
    atProxmox({ configs: new Map([[9000, { ...good, ...change }]]) }).map(({ reason }) => reason);

  const shapes: readonly [string, Record<string, string | undefined>, RegExp][] = [
    [
      "its disk on virtio0",
      { scsi0: undefined, virtio0: "tank:base-9000-disk-0,size=10G", boot: "order=virtio0" },
      /has its disk at virtio0\. Expected its system on scsi0: .*qm set 9000 --delete virtio0 && qm set 9000 --scsi0 tank:base-9000-disk-0 --scsihw virtio-scsi-pci --boot order=scsi0$/,
    ],
    ["no disk", { scsi0: undefined, boot: undefined }, /has no disk\. Expected its system on scsi0/],
    ["another boot order", { boot: "order=net0;scsi0" }, /has net0 first in its boot order\. Expected scsi0\./],
    ["the old boot disk", { boot: "c", bootdisk: "ide0" }, /has ide0 first in its boot order/],
    ["no controller of its own", { scsihw: undefined }, /has the SCSI controller lsi\. Expected virtio-scsi-pci/],
    [
      "a larger disk",
      { scsi0: "tank:base-9000-disk-0,size=32G" },
      /has a disk of 32\.0 GiB\. Expected 10 GiB \(ghrunners:vm\.diskGiB\) or less, .*Next: pulumi config set --path 'ghrunners:vm\.diskGiB' 32$/,
    ],
    ["user-data of its own", { cicustom: "user=local:snippets/me.yaml" }, /has cloud-init files of its own/],
  ];
  for (const [what, change, words] of shapes) {
    it(`names what is wrong with a template that has ${what}`, () => {
      const reasons = withTemplate(change);
      assert.equal(reasons.length, 1);
      assert.match(reasons[0] ?? "", words);
    });
  }

  it("takes a template as people make it otherwise: another drive for cloud-init, a smaller disk, vendor data", () => {
    for (const change of [
      {},
      { ide2: undefined, scsi1: "tank:vm-9000-cloudinit,media=cdrom" },
      { ide2: undefined },
      { scsi0: "tank:base-9000-disk-0,size=2252M", scsihw: "virtio-scsi-single" },
      { boot: undefined },
      { boot: "cdn", bootdisk: "scsi0" },
      { cicustom: "vendor=local:snippets/agent.yaml" },
    ])
      assert.deepEqual(withTemplate(change), []);
  });

  it("asks of a thin storage what the clones write, not what they may grow to", () => {
    const configs = new Map([[9000, { ...good, scsi0: "tank:base-9000-disk-0,size=2G" }]]);
    const storage = (type: string): StorageSeen => ({ avail: 5 * GiB, type, content: "images" });
    assert.deepEqual(atProxmox({ configs, ...stored(storage("lvmthin")) }), []);
    assert.match(
      atProxmox({ configs, ...stored(storage("lvm")) })[0]?.reason ?? "",
      /expected 20\.0 GiB for 2 new VMs/,
    );
    const small = atProxmox({ configs, ...stored({ ...storage("lvmthin"), total: 8 * GiB }) });
    assert.match(small[0]?.reason ?? "", /^tank has 8\.0 GiB in total, expected 10\.0 GiB for the disk of one VM/);
    const full = atProxmox({ configs, ...stored({ ...storage("lvmthin"), avail: 3 * GiB }) });
    assert.match(full[0]?.reason ?? "", /^tank has 3\.0 GiB free, expected 4\.0 GiB for 2 new VMs/);
  });

  it("adopts its own VM from an interrupted run, and needs no space for it", () => {
    const own = { guests: { value: [template, guest(151)] }, ...stored({ avail: 10 * GiB }) };
    const mine = { description: "ghrunners lab one\n", ipconfig0: "ip=192.0.2.51/24" };
    assert.deepEqual(atProxmox({ ...own, configs: new Map([[151, mine]]) }), []);
  });

  it("does not take an address for another that begins like it", () => {
    assert.deepEqual(atProxmox({ configs: new Map([[300, { ipconfig0: "ip=192.0.2.5/24" }]]) }), []);
    assert.deepEqual(atProxmox({ configs: new Map([[300, { ipconfig0: "ip=192.0.2.510/24" }]]) }), []);
    assert.deepEqual(atProxmox({ configs: new Map([[300, { description: "ip=192.0.2.51" }]]) }), []);
  });

  it("leaves a runner alone that is offline, or that this stack has already", () => {
    assert.deepEqual(atGitHub({ runners: { value: [{ ...online, online: false }] } }), []);
    assert.deepEqual(judgeGitHub(inputs, { ...github, runners: { value: [online] } }, ["two"]), []);
  });

  it("wants the repository as GitHub spells it: case, or a rename that REST follows", () => {
    for (const fullName of ["Octo-Org/demo-app", "octo-org/renamed"]) {
      const [problem, ...others] = atGitHub({ repository: { value: { private: true, fullName } } });
      assert.deepEqual(others, []);
      assert.match(
        problem?.reason ?? "",
        new RegExp(`seen octo-org/demo-app, expected ${fullName}, .*'ghrunners:github\\.repository' ${fullName}`),
      );
    }
  });

  it("lets a public repository pass when the configuration says so", () => {
    assert.deepEqual(
      atGitHub({ repository: { value: { private: false, fullName: "octo-org/demo-app" } } }, { publicAllowed: true }),
      [],
    );
  });

  it("takes a datacenter without a firewall when the configuration says so", () => {
    const off = { ...proxmox, firewall: { value: false } };
    assert.deepEqual(judgeProxmox({ ...inputs, requireFirewall: false }, off), []);
  });

  it("reports different problems together", () => {
    const all = atProxmox({
      guests: { value: [guest(151)] },
      ...stored({ avail: 0 }),
      missingPrivileges: { value: [cloneOnly, memory(151)] },
    });
    assert.deepEqual(
      all.map(({ setting }) => setting),
      ["proxmox.templateId", "runners[0].vmId", "proxmox.storage", "proxmox", "proxmox"],
    );
  });

  describe("of a cluster with two nodes", () => {
    const two = { value: ["pve1", "pve2"].map((node) => ({ node, online: true })) };
    const [primary, secondary] = inputs.runners as [PreflightInputs["runners"][0], PreflightInputs["runners"][0]];
    const apart = { ...inputs, runners: [primary, { ...secondary, node: "pve2", templateId: 9001 }] };
    const both: ProxmoxObservation = {
      ...proxmox,
      nodes: two,
      guests: { value: [template, { ...template, vmid: 9001, node: "pve2" }] },
      storages: new Map(["pve1", "pve2"].map((node) => [node, { value: { avail: 10 * GiB } }])),
    };

    it("refuses all runners on one node, with the commands that move a secondary, and the sentence that allows it", () => {
      const problems = judgeProxmox(inputs, { ...proxmox, nodes: two });
      assert.deepEqual(
        problems.map(({ setting }) => setting),
        ["runners[1].node"],
      );
      assert.match(
        problems[0]?.reason ?? "",
        /^primary and secondary are both on node pve1, .*'ghrunners:proxmox\.templates\.pve2' VMID .*'ghrunners:runners\[1\]\.node' pve2, .*'ghrunners:safety\.allowOneNode' 'one failed node may stop every runner'$/,
      );
      assert.deepEqual(judgeProxmox({ ...inputs, oneNodeAllowed: true }, { ...proxmox, nodes: two }), []);
    });

    it("does not count a node that is off, and asks nothing of a primary alone", () => {
      const nodes = { value: two.value.map(({ node }) => ({ node, online: node === "pve1" })) };
      assert.deepEqual(judgeProxmox(inputs, { ...proxmox, nodes }), []);
      assert.deepEqual(judgeProxmox({ ...inputs, runners: [primary] }, { ...proxmox, nodes: two }), []);
    });

    it("has nothing to say of one runner on each, with a template and the space for one VM on each", () => {
      assert.deepEqual(judgeProxmox(apart, both), []);
    });

    it("names the node, the template and the storage that the second node lacks", () => {
      const lacking = judgeProxmox(apart, {
        ...both,
        nodes: { value: [{ node: "pve1", online: true }] },
        guests: { value: [template] },
        storages: new Map([...both.storages, ["pve2", { value: { avail: 1 * GiB } }]]),
      });
      const said = lacking.map(({ setting, reason }) => `${setting}: ${reason}`).join("\n");
      assert.match(said, /^runners\[1\]\.node: there is no node pve2, seen: pve1\./m);
      assert.match(
        said,
        /^proxmox\.templates\.pve2: VMID 9001: seen no such VM, .*'ghrunners:proxmox\.templates\.pve2' VMID$/m,
      );
      assert.match(said, /^proxmox\.storage: tank on node pve2 has 1\.0 GiB free, expected 10\.0 GiB for 1 new VM\./m);
      assert.equal(lacking.length, 3);
    });

    it("asks for the privileges on both templates", () => {
      const paths = requiredPrivileges(apart).filter(({ privilege }) => privilege === "VM.Clone");
      assert.deepEqual(
        paths.map(({ path }) => path),
        ["/vms/9000", "/vms/9001"],
      );
    });
  });

  it("asks for the privileges of a resource pool where there is one", () => {
    const pooled = { ...inputs, proxmox: { ...inputs.proxmox, pool: "runners" } };
    const paths = requiredPrivileges(pooled).map(({ path, privilege }) => `${path} ${privilege}`);
    assert.deepEqual(
      paths.filter((entry) => entry.startsWith("/pool/")),
      ["/pool/runners Pool.Audit", "/pool/runners VM.Allocate"],
    );
  });

  it("asks for each privilege where it is used and nowhere else", () => {
    const paths = requiredPrivileges(inputs).map(({ path, privilege }) => `${path} ${privilege}`);
    assert.equal(new Set(paths).size, paths.length);
    assert.deepEqual(
      paths.filter((entry) => entry.includes("9000") || !entry.startsWith("/vms/")),
      [
        "/vms/9000 VM.Clone",
        "/vms/9000 VM.Audit",
        "/storage/tank Datastore.AllocateSpace",
        "/storage/tank Datastore.Audit",
        "/sdn/zones/localnetwork/vmbr1 SDN.Use",
      ],
    );
    const ofVm = (vmId: number): string[] =>
      paths.flatMap((entry) => (entry.startsWith(`/vms/${vmId} `) ? [entry.split(" ")[1] ?? ""] : []));
    assert.deepEqual(ofVm(151), ofVm(152));
    assert.ok(ofVm(151).includes("VM.Allocate"));
  });
});
