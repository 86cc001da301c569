import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { environmentAnswers, variableOf } from "@ghrunners/cli/init/environment";
import { givenAnswers } from "@ghrunners/cli/init/given";
import { settingPaths } from "@ghrunners/config/document";
import { isSecret } from "@ghrunners/config/documentation";
import { WrongUse } from "@ghrunners/cli/command";
import { valueOf } from "@ghrunners/cli/init/answers";

describe("answers of ghrunners init in the environment", () => {
  it("are the settings in capitals, with YAML as on the command line", () => {
    const { settings, secretFiles, workflowsTokenFile } = environmentAnswers({
      HOME: "/root",
      GHRUNNERS_LAB: "test",
      GHRUNNERS_INIT_PROXMOX_NODE: "pve1",
      GHRUNNERS_INIT_RUNNERS_0_NAME: "runner-1",
      GHRUNNERS_INIT_RUNNERS_0_VM_ID: "151",
      GHRUNNERS_INIT_DEPLOYMENT_REVIEWERS: "[octocat]",
      GHRUNNERS_INIT_DEPLOYMENT_BRANCHES_0: "main",
      GHRUNNERS_INIT_VM_CORES: "",
      GHRUNNERS_INIT_GITHUB_TOKEN_FILE: "/run/token",
      GHRUNNERS_INIT_WORKFLOWS_TOKEN_FILE: "/run/workflows",
    });
    assert.deepEqual(settings, {
      proxmox: { node: "pve1" },
      runners: [{ name: "runner-1", vmId: 151 }],
      deployment: { reviewers: ["octocat"], branches: ["main"] },
    });
    assert.deepEqual(secretFiles, { githubToken: "/run/token" });
    assert.equal(workflowsTokenFile, "/run/workflows");
  });

  it("reach every setting of the schema by a name of its own", () => {
    const open = settingPaths().map((each) => each.replaceAll("[]", "[0]"));
    const settings = open.filter((each) => !isSecret(each));
    assert.equal(new Set(open.map(variableOf)).size, open.length);
    for (const setting of settings) {
      const answers = environmentAnswers({ [variableOf(setting)]: "7" });
      assert.equal(valueOf(answers.settings, setting), 7, setting);
    }
  });

  it("may be a whole list or group, and single settings go before it", () => {
    const { settings } = environmentAnswers({
      GHRUNNERS_INIT_RUNNERS_1_VM_ID: "160",
      GHRUNNERS_INIT_RUNNERS: "[{ name: a, vmId: 151 }, { name: b, vmId: 152 }]",
    });
    assert.deepEqual(settings.runners, [
      { name: "a", vmId: 151 },
      { name: "b", vmId: 160 },
    ]);
  });

  it("are refused with every problem at once, and no secret is repeated", () => {
    const env = {
      GHRUNNERS_INIT_PROXMOX_NOD: "pve1",
      GHRUNNERS_INIT_EXPORTER_TOKEN: "github_pat_planted",
      GHRUNNERS_INIT_SECRET_VALUES: "{ A: planted }",
    };
    assert.throws(() => environmentAnswers(env), {
      message:
        "The environment cannot be used:\n" +
        "  GHRUNNERS_INIT_EXPORTER_TOKEN: seen a secret in the environment. Expected the name of its file in GHRUNNERS_INIT_EXPORTER_TOKEN_FILE\n" +
        "  GHRUNNERS_INIT_PROXMOX_NOD: no setting has this name. Expected one such as GHRUNNERS_INIT_PROXMOX_NODE or GHRUNNERS_INIT_RUNNERS_0_VM_ID\n" +
        "  GHRUNNERS_INIT_SECRET_VALUES: seen a secret in the environment. Expected pulumi config set --secret, once the stack is made",
    });
  });
});

describe("what ghrunners init is given", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-given-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is the option before the variable, and the variable before the file", () => {
    for (const name of ["file", "variable", "option"]) writeFileSync(path.join(folder, name), `${name}\n`);
    const from = path.join(folder, "answers.yaml");
    writeFileSync(
      from,
      "vm: { cores: 1, memoryMiB: 1024, diskGiB: 10 }\n" +
        "secretFiles: { proxmoxToken: file, githubToken: file, exporterToken: file }\n",
    );
    const given = givenAnswers(
      { from, set: ["vm.cores=3"], secretFile: [`githubToken=${path.join(folder, "option")}`] },
      {
        GHRUNNERS_INIT_VM_CORES: "2",
        GHRUNNERS_INIT_VM_MEMORY_MIB: "2048",
        GHRUNNERS_INIT_GITHUB_TOKEN_FILE: path.join(folder, "variable"),
        GHRUNNERS_INIT_EXPORTER_TOKEN_FILE: path.join(folder, "variable"),
      },
    );
    assert.deepEqual(given.settings.vm, { cores: 3, memoryMiB: 2048, diskGiB: 10 });
    assert.deepEqual(given.secrets, { proxmoxToken: "file", githubToken: "option", exporterToken: "variable" });
  });

  it("is wrong use where a file is not there", () => {
    assert.throws(
      () => givenAnswers({ set: [], secretFile: [] }, { GHRUNNERS_INIT_GITHUB_TOKEN_FILE: path.join(folder, "none") }),
      (error: unknown) => error instanceof WrongUse && /ENOENT/.test(error.message),
    );
  });
});
