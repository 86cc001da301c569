import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import { runnersOf } from "@ghrunners/lab/bench/scenarios/vms";
import { settingsIn } from "@ghrunners/lab/bench/settings";
import { instanceNamed } from "@ghrunners/lab/instance";
import { ensureSecrets } from "@ghrunners/lab/secrets";
import { projectRoot } from "@ghrunners/core/project-root";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBw89GOxj36s7K3JfMU51WXW8KwnshpFle7QplcmF9QA";
const committed = path.join(projectRoot, "lab/stacks/Pulumi.lab.yaml");

describe("settings of the benchmark", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-bench-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("are the lab's own, and hold 200 runners with addresses of their own", () => {
    const instance = instanceNamed("bench", { cache: folder, state: folder });
    const { config } = parse(readFileSync(committed, "utf8")) as { config: Record<string, unknown> };
    // As in a laboratory without guests.
    const targets = (config["ghrunners:targets"] as object[]).map((target) => ({ ...target, hostKey, watched: false }));
    const own = {
      "ghrunners:monitoring": undefined,
      "ghrunners:hosts": "skip",
      "ghrunners:targets": targets,
      "ghrunners:runners": runnersOf(200),
    };
    const file = path.join(folder, "Pulumi.lab.yaml");
    writeFileSync(file, stringify({ config: { ...config, ...own } }));
    const settings = settingsIn(file, "lab", ensureSecrets(instance));
    assert.equal(new Set(settings.runners.map(({ address }) => address)).size, 200);
    assert.equal(settings.environment, "lab");
  });
});
