import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import type { InitReport } from "@ghrunners/cli/init/report";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import { Browser } from "../../../support/registration-browser";
import { apiOnlyLab, type ApiOnlyLab } from "../support/api-only-lab";

const stack = "lab-apps";
const file = path.join(projectRoot, `Pulumi.${stack}.yaml`);

/** `ghrunners init` while a person uses its page. */
class Running {
  private said = "";
  private printed = "";
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  constructor([program = "", ...args]: readonly string[], env: NodeJS.ProcessEnv) {
    // Of a group of its own, so that the end of one process does not leave its children.
    this.child = spawn(program, args, { cwd: projectRoot, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (this.printed += chunk));
    this.child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (this.said += chunk));
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject).once("close", resolve);
    });
  }

  get output(): string {
    return `${this.said}${this.printed}`;
  }

  /** Waits for words on standard error. */
  async says(words: RegExp): Promise<string> {
    await until(`${words.source} is said`, 60_000, () => words.test(this.said)).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${this.output}`);
    });
    return words.exec(this.said)?.[1] ?? "";
  }

  /** The address of the page. */
  page(): Promise<string> {
    return this.says(/Open (http:\S+) in a browser/);
  }

  async report(): Promise<{ code: number | null; report: InitReport }> {
    const code = await this.ended;
    try {
      return { code, report: JSON.parse(this.printed) as InitReport };
    } catch {
      throw new Error(this.output);
    }
  }

  async signal(name: NodeJS.Signals): Promise<number | null> {
    process.kill(-(this.child.pid ?? 0), name);
    return this.ended;
  }

  /** Ends what a failed test left. */
  kill(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-(this.child.pid ?? 0), "SIGKILL");
  }
}

describe("ghrunners init --register on the two APIs", function () {
  this.timeout(300_000);
  let lab: ApiOnlyLab;
  let folder: string;
  let browser: Browser;
  const running: Running[] = [];

  before(async () => {
    lab = await apiOnlyLab("apps");
    folder = mkdtempSync(path.join(tmpdir(), "ghr-apps-"));
    const { secrets, authority, proxmoxEndpoint, githubUrl } = lab.rehearsal.lab;
    browser = new Browser(readFileSync(authority, "utf8"));
    for (const key of ["proxmoxToken", "sshPrivateKey"] as const)
      writeFileSync(path.join(folder, key), secrets[key], { mode: 0o600 });
    const answers = {
      environment: "production",
      hosts: "skip",
      proxmox: { endpoint: proxmoxEndpoint },
      github: { url: githubUrl, repository: "octo-org/demo-app", writeDelayMs: 0 },
      network: { gateway: "198.51.100.1", adminCidr: "198.51.100.0/24" },
      runners: [
        { role: "primary", name: "apps-runner", vmId: 183, address: "198.51.100.83" },
        { role: "secondary", name: "apps-other", vmId: 184, address: "198.51.100.84" },
      ],
      vm: { cores: 1, memoryMiB: 1024, diskGiB: 4 },
      deployment: { reviewers: ["release-reviewer"], branches: ["main"] },
      monitoring: { host: "198.51.100.200", user: "operator-lab", hostKey: "ssh-ed25519 AAAA", dashboards: false },
      secretFiles: { proxmoxToken: "proxmoxToken", sshPrivateKey: "sshPrivateKey" },
    };
    writeFileSync(path.join(folder, "answers.yaml"), stringify(answers));
  });
  afterEach(() => running.splice(0).forEach((each) => each.kill()));
  after(async () => {
    rmSync(file, { force: true });
    rmSync(folder, { recursive: true, force: true });
    await lab.close();
  });

  const passphrase = (): string => path.join(folder, "passphrase");
  const env = (): NodeJS.ProcessEnv => {
    const all = { ...lab.rehearsal.session.env };
    delete all.PULUMI_CONFIG_PASSPHRASE_FILE;
    delete all.PULUMI_CONFIG_PASSPHRASE;
    return all;
  };
  function start(...args: string[]): Running {
    const line = ["ghrunners", "init", "--stack", stack, "--from", path.join(folder, "answers.yaml")];
    const more = ["--passphrase-file", passphrase(), "--json", ...args];
    const command = new Running([...line, ...more], env());
    running.push(command);
    return command;
  }
  async function stacks(): Promise<string[]> {
    const { stdout } = await lab.rehearsal.run(["pulumi", "stack", "ls", "--json"]);
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  }
  async function registersNext(page: string): Promise<void> {
    await browser.register(page, lab.rehearsal.lab.githubUrl);
    await browser.install(page);
  }

  it("registers nothing where another answer is missing, and names that alone", async () => {
    const { code, report } = await start("--register", "--set", "network.gateway=nowhere").report();
    assert.deepEqual([code, report.result, report.created], [1, "refused", false]);
    assert.deepEqual([...new Set(report.findings.map(({ setting }) => setting))], ["network.gateway"]);
    assert.ok(!(await stacks()).includes(stack));
  });

  it("keeps its clear words where nobody asked for Apps", async () => {
    const { code, report } = await start().report();
    assert.equal(code, 1);
    const found = report.findings.find(({ setting }) => setting === "githubToken");
    assert.match(found?.reason ?? "", /or instead of a token: ghrunners init --register registers GitHub Apps/);
    assert.ok(!(await stacks()).includes(stack));
  });

  it("makes the stack before the first button, and leaves it empty when it is killed then", async () => {
    const command = start("--register");
    await command.page();
    assert.ok((await stacks()).includes(stack));
    await command.signal("SIGKILL");
    assert.doesNotMatch(readFileSync(file, "utf8"), /ghrunners:/);
  });

  it("carries on from there, and keeps the first App when Ctrl-C ends it after that", async () => {
    const command = start("--register");
    const page = await command.page();
    await registersNext(page);
    await command.says(/(githubToken): \S+ is installed/);
    assert.equal(await command.signal("SIGINT"), 130, command.output);
    assert.match(command.output, /githubToken: the App octo-org-demo-app-runners \(id \d+\) is installed/);
    assert.match(
      command.output,
      /exporterToken: not registered\. Next: ghrunners setup github (--stack \S+ )?--register --only/,
    );
    assert.match(readFileSync(file, "utf8"), /ghrunners:githubToken:\s+secure:/);
  });

  it("asks for the other Apps only, looks at GitHub with them, and writes the rest", async () => {
    const command = start("--register");
    const page = await command.page();
    assert.equal((await browser.open(page)).body.match(/<form/g)?.length, 2);
    await registersNext(page);
    await command.says(/(exporterToken): \S+ is installed/);
    await registersNext(page);
    await until("the page shows its end", 30_000, async () => /All are ready/.test((await browser.open(page)).body));
    const { code, report } = await command.report();
    assert.equal(code, 0, command.output);
    assert.deepEqual([report.result, report.created], ["written", false]);
    assert.deepEqual([...report.secrets].sort(), ["exporterToken", "failoverToken", "proxmoxToken", "sshPrivateKey"]);
    assert.equal(report.next[0], `export PULUMI_CONFIG_PASSPHRASE_FILE='${passphrase()}'`);
    const text = readFileSync(file, "utf8");
    for (const setting of ["githubToken", "exporterToken", "failoverToken"])
      assert.match(text, new RegExp(`ghrunners:${setting}:\\s+secure:`));
    assert.doesNotMatch(`${text}${command.output}`, /PRIVATE KEY/);
  });

  it("makes a stack whose preview succeeds with the Apps, and registers none a second time", async () => {
    const again = await start("--register").report();
    assert.deepEqual([again.code, again.report.result], [0, "unchanged"]);
    const withPassphrase = { env: { ...env(), PULUMI_CONFIG_PASSPHRASE_FILE: passphrase() } };
    const preview = await lab.rehearsal.run(["pulumi", "preview", "--stack", stack], withPassphrase);
    assert.equal(preview.code, 0, preview.all);
  });
});
