import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureToolchain, toolchainEnvironment } from "@ghrunners/lab/toolchain/index";
import { run, type ToolResult } from "@ghrunners/lab/toolchain/run";
import { projectRoot } from "@ghrunners/core/project-root";

/** What `pulumi stack export` prints, as far as it is looked at. */
interface Export {
  readonly deployment: {
    readonly resources: readonly { readonly type: string; readonly outputs?: Record<string, unknown> }[];
  };
}

describe("toolchain: the real engine runs a program", function () {
  this.timeout(15 * 60_000);
  let folder: string;
  let journal: string;
  let pulumi: (...args: string[]) => Promise<ToolResult>;

  before(async () => {
    const toolchain = await ensureToolchain();
    folder = mkdtempSync(path.join(tmpdir(), "ghrunners-smoke-"));
    cpSync(path.join(__dirname, "program"), folder, { recursive: true });
    symlinkSync(path.join(projectRoot, "node_modules"), path.join(folder, "node_modules"));
    mkdirSync(path.join(folder, "backend"));
    journal = path.join(folder, "journal");
    const env = {
      ...process.env,
      ...toolchainEnvironment(toolchain),
      PULUMI_BACKEND_URL: `file://${folder}/backend`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for this test",
    };
    pulumi = (...args) => run(toolchain.pulumi, [...args, "--non-interactive"], { cwd: folder, env });
    await succeeds("stack", "init", "dev");
    for (const [key, value] of Object.entries({ word: "hello", suffix: "!", journal })) {
      await succeeds("config", "set", key, value);
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  async function succeeds(...args: string[]): Promise<string> {
    const outcome = await pulumi(...args);
    assert.equal(outcome.code, 0, `pulumi ${args.join(" ")}\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome.stdout;
  }

  async function outputs(): Promise<Record<string, string>> {
    return JSON.parse(await succeeds("stack", "output", "--json")) as Record<string, string>;
  }

  it("creates everything from a saved plan: transform, dynamic provider with configuration, hook", async () => {
    await succeeds("preview", "--save-plan", "plan.json");
    await succeeds("up", "--yes", "--skip-preview", "--plan", "plan.json");
    const { said, greeted, identifier } = await outputs();
    assert.equal(said, "from the transform");
    assert.equal(greeted, "hello!");
    assert.match(identifier ?? "", /^[0-9a-f]{8}$/);
    assert.equal(readFileSync(journal, "utf8"), "greeting\n");
  });

  it("keeps the generated password encrypted in the state", async () => {
    const shown = JSON.parse(await succeeds("stack", "output", "--json", "--show-secrets")) as { secret: string };
    assert.equal(shown.secret.length, 32);
    assert.equal((await outputs()).secret, "[secret]");
    const state = await succeeds("stack", "export");
    assert.ok(!state.includes(shown.secret), "the password stands in the state in the clear");
    const { deployment } = JSON.parse(state) as Export;
    const password = deployment.resources.find(({ type }) => type.endsWith(":RandomPassword"));
    assert.ok(JSON.stringify(password?.outputs?.bcryptHash).includes("ciphertext"));
  });

  it("sees nothing to do the second time", async () => {
    await succeeds("up", "--yes", "--skip-preview", "--expect-no-changes");
    await succeeds("refresh", "--preview-only", "--expect-no-changes");
  });

  it("refuses an update that the saved plan does not hold", async () => {
    await succeeds("preview", "--save-plan", "plan.json");
    await succeeds("config", "set", "word", "bye");
    const outcome = await pulumi("up", "--yes", "--skip-preview", "--plan", "plan.json");
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.stdout + outcome.stderr, /plan|constraint/i);
    assert.equal((await outputs()).greeted, "hello!");
  });

  it("updates, runs the hook again, and replaces the command on a changed trigger even though it has an update", async () => {
    await succeeds("config", "set", "trigger", "again");
    await succeeds("up", "--yes", "--skip-preview");
    const { said, greeted } = await outputs();
    assert.equal(greeted, "bye!");
    assert.equal(said, "from the transform", "create ran, not update");
    assert.equal(readFileSync(journal, "utf8"), "greeting\ngreeting\n");
  });

  it("stops at a policy violation", async () => {
    const outcome = await pulumi("preview", "--policy-pack", path.join(folder, "policy"));
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.stdout + outcome.stderr, /no-password: this pack allows no passwords/);
  });

  it("reports a failing program with its own message", async () => {
    await succeeds("config", "rm", "word");
    const outcome = await pulumi("preview");
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.stdout + outcome.stderr, /Missing required configuration variable 'toolchain-smoke:word'/);
    await succeeds("config", "set", "word", "hello");
  });

  it("destroys everything", async () => {
    await succeeds("destroy", "--yes", "--skip-preview");
    assert.deepEqual((JSON.parse(await succeeds("stack", "export")) as Export).deployment.resources ?? [], []);
    assert.ok(existsSync(journal));
  });
});
