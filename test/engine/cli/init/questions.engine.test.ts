import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { parse } from "yaml";
import { quote } from "@ghrunners/core/ssh/render-script";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import { topology } from "@ghrunners/lab/topology";
import { Browser } from "../../../support/registration-browser";
import { apiOnlyLab, type ApiOnlyLab } from "../support/api-only-lab";

const stack = "lab-asked";
const withApps = "lab-asked-apps";
const file = path.join(projectRoot, `Pulumi.${stack}.yaml`);

const ENTER = "\r";
const CTRL_C = "\u0003";
/** Ctrl-U: the line as far as it is written. */
const ERASE = "\u0015";
const DOWN = "\u001b[B";

/** A command on a terminal of its own, which util-linux's script makes. */
class OnTerminal {
  private text = "";
  private read = 0;
  private readonly child: ChildProcess;
  private readonly ended: Promise<number>;

  constructor(line: readonly string[], env: NodeJS.ProcessEnv) {
    // A terminal of script's has no size until it is told one.
    const command = `stty rows 50 cols 300; exec ${line.map(quote).join(" ")}`;
    this.child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], { cwd: projectRoot, env });
    this.child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (this.text += chunk));
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject).once("close", (code) => resolve(code ?? 1));
    });
  }

  /** Everything that was shown, without colours and movements. */
  get shown(): string {
    return stripVTControlCharacters(this.text);
  }

  /** Waits until the text is shown after what was waited for before. */
  async sees(what: string): Promise<void> {
    try {
      await until(`"${what}" is shown`, 120_000, () => this.shown.includes(what, this.read));
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.shown.slice(-3000)}`);
    }
    this.read = this.shown.indexOf(what, this.read) + what.length;
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Waits for a question, and answers it. @param answer default: what is proposed */
  async answers(question: string, answer = ""): Promise<void> {
    await this.sees(question);
    this.type(`${answer}${ENTER}`);
  }

  end(): Promise<number> {
    return this.ended;
  }

  /** Ends what a failed test left. */
  kill(): void {
    this.child.kill();
  }
}

describe("ghrunners init on a terminal", function () {
  this.timeout(600_000);
  let lab: ApiOnlyLab;
  let folder: string;

  before(async () => {
    lab = await apiOnlyLab("asked");
    folder = mkdtempSync(path.join(tmpdir(), "ghr-asked-"));
    writeFileSync(path.join(folder, "key"), lab.rehearsal.lab.secrets.sshPrivateKey, { mode: 0o600 });
  });
  const opened: OnTerminal[] = [];
  afterEach(() => opened.splice(0).forEach((terminal) => terminal.kill()));
  after(async () => {
    for (const name of [stack, withApps]) rmSync(path.join(projectRoot, `Pulumi.${name}.yaml`), { force: true });
    rmSync(folder, { recursive: true, force: true });
    await lab.close();
  });

  /** What the laboratory needs and no person is asked for. */
  const start = (...args: string[]): OnTerminal => startFor(stack, ...args);
  function startFor(named: string, ...args: string[]): OnTerminal {
    const { env } = lab.rehearsal.session;
    const set = ["hosts=skip", `github.url=${lab.rehearsal.lab.githubUrl}`, "github.writeDelayMs=0", "vm.diskGiB=4"];
    const line = ["ghrunners", "init", "--stack", named, ...set.flatMap((each) => ["--set", each]), ...args];
    const terminal = new OnTerminal(line, { ...env, TERM: "xterm" });
    opened.push(terminal);
    return terminal;
  }
  async function isUntouched(): Promise<void> {
    assert.ok(!existsSync(file), "the stack's file was written");
    const { stdout } = await lab.rehearsal.run(["pulumi", "stack", "ls", "--json"]);
    assert.ok(!stdout.includes(stack), "the stack was created");
  }
  const withoutScheme = (): string => lab.rehearsal.lab.proxmoxEndpoint.replace("https://", "");

  it("says that nothing was written when Ctrl-C ends a question", async () => {
    const terminal = start();
    await terminal.answers("Address of the Proxmox VE API", withoutScheme());
    await terminal.sees("API token of Proxmox VE");
    terminal.type(`half-a-token${CTRL_C}`);
    assert.equal(await terminal.end(), 130, terminal.shown);
    assert.match(
      terminal.shown,
      /Interrupted: ghrunners init --stack lab-asked was ended by Ctrl-C\. Nothing was written, and no stack was made\./,
    );
    assert.ok(!terminal.shown.includes("half-a-token"), terminal.shown);
    await isUntouched();
  });

  it("names every missing answer at once with --no-input", async () => {
    const terminal = start("--no-input");
    assert.equal(await terminal.end(), 1, terminal.shown);
    for (const setting of ["proxmox.endpoint", "githubToken", "network.gateway", "runners[0].vmId"])
      assert.ok(terminal.shown.includes(`${setting}: `), `${setting} is not in ${terminal.shown}`);
    assert.ok(!terminal.shown.includes("Address of the Proxmox VE API"), terminal.shown);
    await isUntouched();
  });

  it("asks, refuses wrong answers with the system's reason, and makes the stack", async () => {
    const { proxmoxToken, githubToken, developerToken } = lab.rehearsal.lab.secrets;
    const terminal = start();
    await terminal.answers("Address of the Proxmox VE API", "127.0.0.1:1");
    await terminal.sees("does not answer (ECONNREFUSED). Expected the Proxmox VE API there");
    await terminal.sees("Address of the Proxmox VE API");
    terminal.type(`${ERASE}${lab.rehearsal.lab.proxmoxEndpoint}${ENTER}`);
    await terminal.answers(
      "API token of Proxmox VE",
      `${topology.proxmox.tokenId}=11111111-2222-3333-4444-555555555555`,
    );
    await terminal.sees("Proxmox VE refuses the API token (401");
    await terminal.answers("API token of Proxmox VE", proxmoxToken);
    await terminal.sees("proxmox.templateId is 9000, the only one that fits");
    await terminal.answers("Repository that the runners serve", "octo-org/demo-app");
    await terminal.sees("How GitHub lets the program in");
    terminal.type(`${DOWN}${ENTER}`);
    await terminal.answers("Token of an administrator", "github_pat_of_no_one");
    await terminal.sees("401, the token is wrong, expired or revoked");
    await terminal.answers("Token of an administrator", githubToken);
    await terminal.sees("octo-org/demo-app is");
    await terminal.answers("Environment of the runners");
    await terminal.sees("Default gateway");
    terminal.type(`${ERASE}198.51.100.1${ENTER}`);
    await terminal.answers("Network of the machines");
    await terminal.sees("How many runners");
    terminal.type(`${DOWN}${ENTER}`);
    await terminal.answers("Name of the primary");
    await terminal.sees("VMID of runner-1");
    terminal.type(`${ERASE}9000${ENTER}`);
    await terminal.sees("9000, the template's");
    await terminal.sees("VMID of runner-1");
    terminal.type(`${ERASE}185${ENTER}`);
    await terminal.answers("Address of runner-1");
    await terminal.answers("Logins of those who approve", "no-such-login-1");
    await terminal.sees("GitHub has no user no-such-login-1");
    await terminal.sees("Logins of those who approve");
    terminal.type(`${ERASE}release-reviewer${ENTER}`);
    await terminal.answers("Branches that may deploy");
    await terminal.sees("File with the SSH private key");
    terminal.type(`${ERASE}${path.join(folder, "key")}${ENTER}`);
    await terminal.answers("Is there a machine for monitoring");
    await terminal.answers("Write this, and give the secrets to Pulumi?");
    await terminal.answers("Open a pull request at octo-org/demo-app with .github/scripts/deployer.cjs?");
    await terminal.answers("Token with Contents, Pull requests and Workflows: write", developerToken);
    assert.equal(await terminal.end(), 0, terminal.shown);
    assert.match(terminal.shown, /The stack lab-asked is written\./);
    assert.match(
      terminal.shown,
      /Review and merge the pull request with the workflows: \S+\/octo-org\/demo-app\/pull\/1/,
    );
    const text = readFileSync(file, "utf8");
    const { config } = parse(text) as { config: Record<string, unknown> };
    assert.deepEqual(config["ghrunners:runners"], [
      { role: "primary", name: "runner-1", vmId: 185, address: "198.51.100.51" },
    ]);
    assert.deepEqual(config["ghrunners:deployment"], { reviewers: ["release-reviewer"], branches: ["main"] });
    for (const secret of [proxmoxToken, githubToken, developerToken, "github_pat_of_no_one"]) {
      assert.ok(!terminal.shown.includes(secret), "a secret was shown");
      assert.ok(!text.includes(secret), "a secret was written in plain text");
    }
  });

  it("registers Apps by a page between two questions, and says what Ctrl-C leaves after that", async () => {
    const { proxmoxToken } = lab.rehearsal.lab.secrets;
    const terminal = startFor(withApps);
    await terminal.answers("Address of the Proxmox VE API", withoutScheme());
    await terminal.answers("API token of Proxmox VE", proxmoxToken);
    await terminal.answers("Repository that the runners serve", "octo-org/demo-app");
    await terminal.answers("How GitHub lets the program in");
    await terminal.sees("How many runners");
    terminal.type(`${DOWN}${ENTER}`);
    await terminal.answers("Is there a machine for monitoring");
    await terminal.answers(
      `Make the stack ${withApps}, and register an App of octo-org/demo-app for each of githubToken?`,
    );
    await terminal.sees(" in a browser on this machine");
    const page = /Open (http:\S+) in a browser/.exec(terminal.shown)?.[1] ?? "";
    const browser = new Browser(readFileSync(lab.rehearsal.lab.authority, "utf8"));
    await browser.register(page, lab.rehearsal.lab.githubUrl);
    await browser.install(page);
    await terminal.sees("is installed");
    await until("the page shows its end", 30_000, async () => /All are ready/.test((await browser.open(page)).body));
    await terminal.sees("octo-org/demo-app is");
    await terminal.sees("Environment of the runners");
    terminal.type(CTRL_C);
    assert.equal(await terminal.end(), 130, terminal.shown);
    assert.match(
      terminal.shown,
      /The stack lab-asked-apps has the keys of its GitHub Apps; nothing else was written\./,
    );
    const text = readFileSync(path.join(projectRoot, `Pulumi.${withApps}.yaml`), "utf8");
    assert.match(text, /ghrunners:githubToken:\s+secure:/);
    assert.doesNotMatch(text, /ghrunners:(?!githubToken)/);
  });

  it("asks nothing the second time", async () => {
    const terminal = start();
    assert.equal(await terminal.end(), 0, terminal.shown);
    assert.match(terminal.shown, /is as it should be; nothing was written/);
  });
});
