import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

const scripts = path.join(projectRoot, "packages", "deploy", "deployer", "scripts");

/** Ubuntu 22.04 has Node 12: the agent would be installed, and end with a SyntaxError when a deployment comes. */
describe("a target whose Node is too old, or missing", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-node-"));
  after(() => rmSync(folder, { recursive: true }));

  for (const [version, words] of [
    ["v12.22.9", /^node on this host is v12\.22\.9\. Expected Node 18 or newer: .*Next: install it, then deploy again/],
    ["", /^node on this host is missing\. Expected Node 18 or newer/],
  ] as const)
    for (const script of ["install.sh", "look.sh"])
      it(`is refused by ${script}, which changes nothing: ${version || "no node"}`, () => {
        const node = path.join(folder, "node");
        writeFileSync(node, version === "" ? "#!/bin/sh\nexit 127\n" : `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
        const { status, stderr } = spawnSync("bash", [path.join(scripts, script)], {
          env: { PATH: `${folder}:/usr/bin:/bin`, GHRUNNERS_ROOT: path.join(folder, "root") },
          input: "",
          encoding: "utf8",
        });
        assert.equal(status, 1);
        assert.match(stderr, words);
        assert.equal(spawnSync("ls", [path.join(folder, "root")]).status, 2);
      });
});
