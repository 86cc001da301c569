import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { planFiles } from "@ghrunners/components/monitoring/plan-files";
import { parseSums } from "@ghrunners/cli/drift/parse-sums";
import { monitoringOf, monitoringSteps } from "@ghrunners/cli/drift/state-monitoring";
import type { StateResource } from "@ghrunners/cli/drift/state-values";
import { monitoringSets, ruleText } from "../../components/support/monitoring-sets";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const secret = (value: unknown): unknown => ({ plaintext: JSON.stringify(value) });
const host = { host: "192.0.2.9", user: "operator", hostKey: "ssh-ed25519 AAAA" };
const scriptOf = (name: string): string => readFileSync(`components/scripts/${name}.sh`, "utf8");
const alertmanagerText = "# what is planted here is a secret\nroute: { receiver: 'oncall-sre' }\n";

function step(name: string, verb: string, stdin: string): StateResource {
  return {
    urn: `urn:pulumi:lab::ghrunners::ghrunners:monitoring:MonitoringHost$command:remote:Command::monitoring-${name}`,
    type: "command:remote:Command",
    inputs: {
      connection: secret({ ...host, privateKey: "planted" }),
      create: `sudo -n bash -s -- ${verb}`,
      update: `sudo -n bash -s -- ${verb}`,
      stdin,
    },
    outputs: { stdout: secret("3 files, 1 rule groups\n") },
  };
}
const files = step("files", "apply", renderScript(scriptOf("files"), planFiles(monitoringSets("lab"))));
const alertmanager = (verb: string): StateResource =>
  step(
    "alertmanager",
    verb,
    renderScript(scriptOf("alertmanager"), { ALERTMANAGER_FILE: "/etc/alertmanager.yml", TEXT: alertmanagerText }),
  );

describe("files on the monitoring host, as the state has them", () => {
  it("are those of the step that put them there", () => {
    const state = monitoringOf([files, alertmanager("manage")]);
    assert.deepEqual([state?.host, state?.owner], [host, "ghrunners.lab"]);
    assert.deepEqual(state?.folders, [
      "/etc/prometheus/rules.d",
      "/etc/prometheus/targets.d",
      "/var/lib/ghrunners/dashboards",
    ]);
    assert.deepEqual(
      state?.files.map((file) => file.path),
      [
        "/etc/prometheus/rules.d/ghrunners.lab.health.yml",
        "/etc/prometheus/targets.d/ghrunners.lab.targets.json",
        "/var/lib/ghrunners/dashboards/ghrunners.lab.overview.json",
        "/etc/alertmanager.yml",
      ],
    );
    assert.equal(state?.files[0]?.sha256, sha256(ruleText()));
    assert.equal(state?.files[3]?.sha256, sha256(alertmanagerText));
    assert.ok(!JSON.stringify(state).includes("planted"));
  });

  it("leave out Alertmanager's file where its owner manages it", () => {
    const state = monitoringOf([files, alertmanager("check")]);
    assert.equal(state?.alertmanager, undefined);
    assert.equal(state?.files.length, 3);
    assert.equal(monitoringSteps([files, alertmanager("check")]).length, 1);
  });

  it("are none in a stack without a monitoring host", () => {
    const elsewhere = { ...files, urn: "urn:pulumi:lab::ghrunners::command:remote:Command::install" };
    assert.equal(monitoringOf([elsewhere]), undefined);
  });
});

describe("files on the monitoring host, as they are seen", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghrunners-files-"));
    mkdirSync(path.join(folder, "rules.d", ".ghrunners.lab.undo"), { recursive: true });
    mkdirSync(path.join(folder, "dashboards"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("belong to the stack by their names, whatever their content, and other files do not", () => {
    const inRules = (name: string): string => path.join(folder, "rules.d", name);
    const alertmanagerFile = path.join(folder, "alertmanager.yml");
    writeFileSync(inRules("ghrunners.lab.health.yml"), "a");
    writeFileSync(inRules("ghrunners.lab.odd\n\\ name"), "b");
    writeFileSync(inRules("ghrunners.lab-2.health.yml"), "c");
    writeFileSync(inRules(".ghrunners.lab.undo/ghrunners.lab.health.yml.old"), "d");
    symlinkSync(alertmanagerFile, inRules("ghrunners.lab.link.yml"));
    writeFileSync(alertmanagerFile, "e");
    const look = (file: string) => {
      const { stdout, stderr, status } = spawnSync("bash", ["-s", "--", "look"], {
        input: renderScript(readFileSync("packages/cli/drift/scripts/observe-files.sh", "utf8"), {
          OWNER: "ghrunners.lab",
          FOLDERS: ["rules.d", "targets.d", "dashboards"].map((name) => path.join(folder, name)).join("\n"),
          ALERTMANAGER_FILE: file,
        }),
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      return parseSums(stdout).sort((a, b) => (a.path < b.path ? -1 : 1));
    };
    const ours = [
      { path: inRules("ghrunners.lab.health.yml"), sha256: sha256("a") },
      { path: inRules("ghrunners.lab.odd\n\\ name"), sha256: sha256("b") },
    ];
    assert.deepEqual(look(""), ours);
    assert.deepEqual(look(alertmanagerFile), [{ path: alertmanagerFile, sha256: sha256("e") }, ...ours]);
    assert.deepEqual(look(path.join(folder, "gone.yml")), ours);
  });

  it("may be none", () => assert.deepEqual(parseSums(""), []));
});
