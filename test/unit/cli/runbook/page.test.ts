import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { alertNamed, filledIn, meaningOf, renderSection, sectionOf, variablesOf } from "@ghrunners/cli/runbook/page";
import { machineNamed, meanings, valuesOf } from "@ghrunners/cli/runbook/values";
import { projectRoot } from "@ghrunners/core/project-root";
import { type AlertName, runbooks } from "@ghrunners/monitoring/runbooks";
import { parseTree } from "@ghrunners/cli/init/answers";
import type { Settings } from "@ghrunners/config/parse";
import { privateKey } from "../../../support/private-key";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqM6sE4Xk9lZb0bW0Kx4Yf1y0T2xk2o3gq0m3Zr0c1D";

/** A stack with two runners, a monitoring host and these hosts to deploy to. */
function settingsWith(targets: readonly string[]): Settings {
  const tree = {
    environment: "production",
    proxmox: { endpoint: "https://pve.example.org:8006/", node: "pve1", templateId: 9000 },
    github: { repository: "octo-org/demo-app" },
    network: { gateway: "192.168.0.1", adminCidr: "192.168.0.0/24" },
    runners: [
      { role: "primary", name: "one", vmId: 151, address: "192.168.0.51" },
      { role: "secondary", name: "two", vmId: 152, address: "192.168.0.52" },
    ],
    agent: { allowedRefs: ["refs/heads/main"] },
    deployment: { reviewers: ["octocat"], branches: ["main"] },
    monitoring: { host: "192.168.0.200", user: "operator", hostKey },
    targets: targets.map((address, index) => ({ name: `t${index}`, address, user: "deploy", hostKey })),
  };
  const result = parseTree("team", tree, {
    proxmoxToken: "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555",
    githubToken: "github_pat_a",
    exporterToken: "github_pat_b",
    sshPrivateKey: privateKey(),
  });
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.settings;
}

const sectionFor = (alert: AlertName): string =>
  sectionOf(readFileSync(path.join(projectRoot, "docs/runbooks", runbooks[alert]), "utf8"), alert);
const settings = settingsWith(["192.168.0.60"]);
const primary = machineNamed(settings, "primary");
assert.ok(primary !== undefined);
const values = valuesOf("team", settings, primary);

describe("ghrunners runbook", () => {
  it("knows an alert by its name in any case, and by the address that the alert has", () => {
    assert.equal(alertNamed("RunnerOffline"), "RunnerOffline");
    assert.equal(alertNamed("runneroffline"), "RunnerOffline");
    assert.equal(
      alertNamed("https://github.com/octo-org/demo-app/blob/HEAD/docs/runbooks/offline-restore.md#ghostbusy"),
      "GhostBusy",
    );
    assert.equal(alertNamed("offline-restore.md"), undefined);
  });

  it("has the section of every alert, with its meaning in a sentence", () => {
    for (const alert of Object.keys(runbooks) as AlertName[]) {
      const section = sectionFor(alert);
      assert.match(meaningOf(section), /^[A-Z0-9][^\n]*\.$/, alert);
      const text = renderSection(alert, section, values);
      assert.match(text, new RegExp(`^${alert}\n\nMeans\\. `), alert);
      assert.match(text, /^Escalate\. /m, alert);
      for (const mark of ["```", "<!--", "](", "**"]) assert.ok(!text.includes(mark), `${alert}: ${mark} in\n${text}`);
      assert.doesNotMatch(text, /^## /m, alert);
    }
  });

  it("fills in what the stack knows, and names what is left to a person", () => {
    const left = new Set(
      (Object.keys(runbooks) as AlertName[]).flatMap((alert) =>
        variablesOf(sectionFor(alert)).filter((name) => values[name] === undefined),
      ),
    );
    assert.deepEqual([...left].sort(), ["PLAN", "VERSION"]);
    for (const name of left) assert.ok(meanings[name], name);
    const text = renderSection("RunnerOffline", sectionFor("RunnerOffline"), values);
    assert.match(
      text,
      /^ {4}ssh "runner@192\.168\.0\.51" "systemctl is-active actions\.runner\.octo-org-demo-app\.one\.service;/m,
    );
    assert.match(text, /^ {4}# exit code 0$/m);
    assert.match(text, /^ {4}# expected: is offline$/m);
    assert.match(text, /continue with RunnerHostDown \(ghrunners runbook RunnerHostDown\)/);
  });

  it("is about the runner that the alert names", () => {
    const second = machineNamed(settings, "two");
    assert.ok(second !== undefined);
    const { RUNNER_HOST, OTHER_HOST } = valuesOf("team", settings, second);
    assert.deepEqual([RUNNER_HOST, OTHER_HOST], ["runner@192.168.0.52", "runner@192.168.0.51"]);
    assert.equal(machineNamed(settings, "three"), undefined);
  });

  it("leaves a variable of the remote shell alone, and one that no value is known of", () => {
    assert.equal(
      filledIn('ssh "$RUNNER_HOST" "\\$HOME ${UNIT} $NONE"', { RUNNER_HOST: "a@b", UNIT: "u" }),
      'ssh "a@b" "\\$HOME u $NONE"',
    );
    assert.deepEqual(variablesOf('"$A" "${B_C}" "\\$D" $A'), ["A", "B_C"]);
  });

  it("does not know the host of several, or of none", () => {
    for (const targets of [[], ["192.168.0.60", "192.168.0.61"]])
      assert.equal(valuesOf("team", settingsWith(targets), primary).TARGET_HOST, undefined);
    assert.equal(values.TARGET_HOST, "deploy@192.168.0.60");
  });
});
