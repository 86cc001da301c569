import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { installScript } from "@ghrunners/exporter/install";

/** Ubuntu 22.04 has Node 12: the service would be installed, and end with a SyntaxError at every start. */
describe("an exporter on a host whose Node is too old, or missing", () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), "ghr-exporter-node-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /**
   * Runs the installation as a host with this Node would: in place of /usr/bin/node is a function of that name. The
   * first command of the installation after the check ends it.
   */
  function install(node: string): { readonly status: number | null; readonly stderr: string } {
    writeFileSync(path.join(folder, "id"), `#!/bin/sh\n: >'${folder}/goes-on'\nkill $PPID\n`, { mode: 0o755 });
    const files = Object.fromEntries(
      ["BUNDLE_FILE", "CONFIG_FILE", "TOKEN_FILE"].map((name) => [name, path.join(folder, "host", name)]),
    );
    const script = renderScript(`/usr/bin/node() { ${node}; }\n${installScript()}`, {
      ...{ UNIT: "test-exporter.service", UNIT_TEXT: "", CONFIG: "{}", LISTEN: "127.0.0.1:1", SERVICE_USER: "nobody" },
      ...{ BUNDLE_SHA256: "", BUNDLE: "", MACHINE: "test", TOKEN: "", SUDO_UNIT: "", WATCHED: "", WATCHED_BEFORE: "" },
      ...files,
    });
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const { status, stderr } = spawnSync("bash", ["-s", "--", "install"], { input: script, env, encoding: "utf8" });
    return { status, stderr };
  }

  for (const [what, node, seen] of [
    ["Node 12", "echo v12.22.9", "v12.22.9"],
    ["Node 17", "echo v17.9.1", "v17.9.1"],
    ["no Node", "return 127", "missing"],
    ["a Node that says nothing of use", "echo nonsense", "nonsense"],
  ] as const)
    it(`is refused before anything is changed: ${what}`, () => {
      const { status, stderr } = install(node);
      assert.equal(status, 1, stderr);
      assert.match(
        stderr,
        new RegExp(`^/usr/bin/node on \\S+ is ${seen}\\. Expected Node 18 or newer \\(.*Next: .*pulumi up`),
      );
      assert.deepEqual(readdirSync(folder), ["id"]);
    });

  for (const version of ["v18.19.0", "v20.1.0", "v100.0.0"])
    it(`is installed with ${version}`, () => {
      const { stderr } = install(`echo ${version}`);
      assert.deepEqual(readdirSync(folder), ["goes-on", "id"], stderr);
    });
});
