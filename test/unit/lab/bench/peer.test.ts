import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import { inventory } from "@ghrunners/lab/bench/peer/ansible";
import { packFiles, runnerFiles } from "@ghrunners/lab/bench/peer/host-files";
import { tofuVariables } from "@ghrunners/lab/bench/peer/tofu";
import { assertHostsUnchanged, assertMachinesUnchanged } from "@ghrunners/lab/bench/peer/unchanged";
import { allOnlineAt } from "@ghrunners/lab/bench/scenarios/runners";
import { withoutTheRest } from "@ghrunners/lab/bench/same-job";
import { settingsIn } from "@ghrunners/lab/bench/settings";
import { instanceNamed } from "@ghrunners/lab/instance";
import { ensureSecrets } from "@ghrunners/lab/secrets";
import { projectRoot } from "@ghrunners/core/project-root";
import type { Settings } from "@ghrunners/config/parse";

const read = (...file: string[]): string => readFileSync(path.join(projectRoot, ...file), "utf8");
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

describe("the peer of the benchmark", () => {
  let folder: string;
  let settings: Settings;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-bench-"));
    const file = path.join(folder, "Pulumi.lab.yaml");
    const committed = parse(read("lab/stacks/Pulumi.lab.yaml")) as { config: Record<string, unknown> };
    writeFileSync(file, stringify(withoutTheRest(committed)));
    settings = settingsIn(file, "lab", ensureSecrets(instanceNamed("bench", { cache: folder, state: folder })));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("gets the job of machines and runners, and none of the rest of the lab's stack", () => {
    assert.equal(settings.runners.length, 2);
    assert.equal(settings.monitoring, undefined);
    assert.deepEqual([settings.targets, settings.secrets, settings.repository.manage], [[], [], false]);
  });

  it("gives OpenTofu exactly the variables that main.tf declares", () => {
    const declared = read("lab/bench/peer/tofu/main.tf").matchAll(/^variable "(\w+)"/gm);
    assert.deepEqual(sorted(Object.keys(tofuVariables(settings))), sorted([...declared].map(([, name = ""]) => name)));
  });

  it("opens in the firewall what the program opens, and closes what it closes", () => {
    const { rules } = tofuVariables(settings) as { rules: { action: string; dport: string; dest: string | null }[] };
    assert.deepEqual(rules[0], {
      ...{ type: "in", action: "ACCEPT", proto: "tcp", dport: "22", comment: "SSH from the administrators" },
      ...{ source: "198.51.100.1/32", dest: null },
    });
    const closed = rules.filter(({ action }) => action === "REJECT").map(({ dest }) => dest);
    assert.deepEqual(closed, ["198.51.100.1"]);
  });

  it("gives the playbook every variable that it reads, and no other", () => {
    const files = { knownHosts: "/k", privateKey: "/p", authority: "/a", archives: "/f" };
    const { runners } = inventory(settings, files) as {
      runners: { hosts: Record<string, Record<string, unknown>>; vars: Record<string, unknown> };
    };
    const given = sorted([...Object.values(runners.hosts).flatMap(Object.keys), ...Object.keys(runners.vars)]);
    const playbook = read("lab/bench/peer/ansible/playbook.yml");
    const unread = given.filter((name) => !name.startsWith("ansible_") && !new RegExp(`\\b${name}\\b`).test(playbook));
    assert.deepEqual(unread, []);
    const ofItsOwn = [
      "item",
      "archive",
      "inventory_hostname",
      ...[...playbook.matchAll(/register: (\w+)/g)].map((m) => m[1]),
    ];
    const names = [...playbook.matchAll(/\{\{ \(*\[?(\w+)/g)].map(([, name = ""]) => name);
    const unknown = sorted(names).filter((name) => !given.includes(name) && !ofItsOwn.includes(name));
    assert.deepEqual(unknown, []);
  });

  it("puts the files of a runner on its host as the program's scripts do", () => {
    const [primary] = settings.runners;
    assert.ok(primary);
    const files = runnerFiles(settings, primary);
    const script = read("components/scripts/agent.sh");
    const hooks = [...script.matchAll(/put "\$HOOKS_FOLDER\/([\w.-]+)" 0755/g)].map(([, name]) => name);
    const given = files.filter(({ mode }) => mode === 0o755).map(({ path: name }) => path.basename(name));
    assert.deepEqual(given, hooks);
    const put = (name: string): string | undefined => files.find((one) => one.path.endsWith(name))?.content;
    assert.equal(put("/.service"), "actions.runner.octo-org-demo-app.lab-runner.service\n");
    assert.match(put("/60-ghrunners.conf") ?? "", /ptrace_scope = 1\n$/);
    assert.ok(script.includes(put("/60-ghrunners.conf")?.trim() ?? "missing"));
  });

  it("packs them as root's, equal from one run to the next, without the folders of the host", () => {
    const archive = path.join(folder, "archives", "a.tar.gz");
    const list = (): string =>
      execFileSync("tar", ["--list", "--verbose", "--numeric-owner", "--file", archive], { encoding: "utf8" });
    const pack = (): void => packFiles([{ path: "/etc/x/hook.sh", mode: 0o755, content: "true\n" }], archive);
    pack();
    const first = list();
    assert.match(first, /^-rwxr-xr-x 0\/0 +5 [\d-]+ [\d:]+ etc\/x\/hook\.sh\n$/);
    pack();
    assert.equal(list(), first);
  });

  it("is refused as a no-op if the playbook changed a host, or its recap is missing", () => {
    const log = (changed: number): string =>
      [
        ...[
          "TASK [Hooks] ****",
          "ok: [a]",
          `${changed === 0 ? "ok" : "changed"}: [b] => (item=/etc/x)`,
          "TASK [Unit] ***",
          "ok: [b]",
        ],
        ...["PLAY RECAP ***", "a : ok=20 changed=0 failed=0", `b : ok=20 changed=${changed} failed=0`],
      ].join("\n");
    assertHostsUnchanged(log(0));
    assert.throws(() => assertHostsUnchanged(log(1)), /Changed: Hooks on b\. Its recap:\nPLAY RECAP[^]*changed=1/);
    assert.throws(() => assertHostsUnchanged(""), /should change nothing/);
  });

  it("is refused as a no-op if OpenTofu changed a machine, or did not end", () => {
    const ended = (changed: number): string => `Apply complete! Resources: 0 added, ${changed} changed, 0 destroyed.`;
    assertMachinesUnchanged(`\n${ended(0)}\n`);
    assert.throws(() => assertMachinesUnchanged(ended(1)), /should change nothing; it ended with:\nApply.* 1 changed/);
    assert.throws(() => assertMachinesUnchanged("Planning failed."), /Planning failed/);
  });
});

describe("the moment at which all runners are online", () => {
  const event = (name: string, at: string, kind = "runner.online"): string => JSON.stringify({ kind, at, name });

  it("is when the last one came online for the first time", () => {
    const log = [
      event("a", "2026-01-01T00:00:05Z"),
      event("b", "2026-01-01T00:00:01Z", "runner.registered"),
      event("b", "2026-01-01T00:00:09Z"),
      event("a", "2026-01-01T00:00:30Z"),
    ].join("\n");
    assert.equal(allOnlineAt(log, ["a", "b"]), Date.parse("2026-01-01T00:00:09Z"));
  });

  it("is unknown while one is missing", () => {
    assert.throws(() => allOnlineAt(event("a", "2026-01-01T00:00:05Z"), ["a", "b"]), /not all of a, b online/);
  });
});
