import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { explainPulumi } from "@ghrunners/cli/pulumi/explain";
import { backendUrl, instanceNamed } from "@ghrunners/lab/instance";
import { ensureToolchain, toolchainEnvironment, type Toolchain } from "@ghrunners/lab/toolchain/index";
import { run, type ToolResult } from "@ghrunners/lab/toolchain/run";

describe("a run of Pulumi that is killed while it writes the state", function () {
  this.timeout(15 * 60_000);
  let toolchain: Toolchain;
  let folder: string;

  before(async () => {
    toolchain = await ensureToolchain();
    folder = mkdtempSync(path.join(tmpdir(), "ghrunners-state-"));
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: ghrunners\nruntime: nodejs\n");
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const pulumi = (url: string, ...args: string[]): Promise<ToolResult> =>
    run(toolchain.pulumi, [...args, "--non-interactive"], {
      cwd: folder,
      env: {
        ...process.env,
        ...toolchainEnvironment(toolchain),
        PULUMI_BACKEND_URL: url,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase for this test",
      },
    });

  async function stackIn(backend: string, url: string): Promise<string[]> {
    mkdirSync(backend, { recursive: true });
    const init = await pulumi(url, "stack", "init", "dev");
    assert.equal(init.code, 0, init.stderr);
    return readdirSync(path.join(backend, ".pulumi", "stacks", "ghrunners"));
  }

  it("leaves nothing half-written in a lab, whose backend keeps no attribute files", async () => {
    const instance = instanceNamed("state", { state: folder, cache: folder });
    const files = await stackIn(instance.backend, backendUrl(instance));
    assert.ok(files.includes("dev.json"), files.join());
    assert.deepEqual(
      files.filter((name) => name.endsWith(".attrs")),
      [],
    );
  });

  it("is explained where the attribute file is half-written, and the stack can be read once it is removed", async () => {
    const backend = path.join(folder, "backend");
    const url = `file://${backend}`;
    await stackIn(backend, url);
    const attributes = path.join(backend, ".pulumi", "stacks", "ghrunners", "dev.json.attrs");
    for (const half of ["", '{"user.cache_control":']) {
      writeFileSync(attributes, half);
      const refused = await pulumi(url, "stack", "export", "--stack", "dev");
      assert.notEqual(refused.code, 0, refused.stdout);
      const words = explainPulumi(["stack", "export"], refused.stderr, "dev");
      assert.match(words, /Next: remove dev\.json\.attrs/);
      rmSync(attributes);
      const read = await pulumi(url, "stack", "export", "--stack", "dev");
      assert.equal(read.code, 0, read.stderr);
    }
  });
});
