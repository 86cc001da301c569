import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { logLabels, logUnits } from "@ghrunners/core/vocabulary/logs";
import { logEgress } from "@ghrunners/components/runner/plan-shipping";
import { redactions } from "@ghrunners/core/vocabulary/redaction";
import { alloyUnit, renderAlloy } from "@ghrunners/components/runner/render-alloy";
import { redactorUnit, renderRedactor, renderUploadDropIn } from "@ghrunners/components/runner/render-journal-upload";
import { projectRoot } from "@ghrunners/core/project-root";

const origin = {
  host: "runner-1",
  environment: "production",
  role: "primary",
  unit: "actions.runner.octo-org-demo-app.runner-1.service",
};
const monitoringHost = "192.0.2.200";
const lokiUrl = "http://192.0.2.200:3100/loki/api/v1/push";

describe("configuration of Alloy", () => {
  const rendered = renderAlloy(origin, { lokiUrl });

  it("is the golden file", () => {
    const golden = path.join(__dirname, "golden.alloy");
    // UPDATE_GOLDEN=1 writes it anew, to be read before it is committed.
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, rendered);
    assert.equal(rendered, readFileSync(golden, "utf8"));
  });

  it("sends through every redaction, and nothing past them", () => {
    for (const { pattern } of redactions) assert.ok(rendered.includes(`expression = \`${pattern}\``), pattern);
    const receivers = [...rendered.matchAll(/forward_to = \[([\w.]+)\]/g)].map(([, receiver]) => receiver);
    assert.equal(receivers.filter((receiver) => receiver === "loki.write.loki.receiver").length, 1);
    const redact = rendered.slice(rendered.indexOf('loki.process "redact"'), rendered.indexOf("loki.write"));
    assert.ok(redact.includes("stage.replace"));
  });

  it("keeps the labels of the catalogue and no other", () => {
    const keep = /stage\.label_keep \{\s+values = (\[.*\])/.exec(rendered)?.[1] ?? "[]";
    assert.deepEqual(JSON.parse(keep), logLabels);
  });

  it("listens on loopback only", () => {
    assert.match(alloyUnit, /--server\.http\.listen-addr=127\.0\.0\.1:/);
  });
});

describe("configuration of the journal upload", () => {
  it("the redactor knows units, files, labels and rules", () => {
    const config = JSON.parse(renderRedactor(origin)) as Record<string, unknown>;
    assert.deepEqual(config.labels, {
      GHRUNNERS_HOST: "runner-1",
      GHRUNNERS_ENVIRONMENT: "production",
      GHRUNNERS_ROLE: "primary",
    });
    assert.equal((config.units as string[])[0], origin.unit);
    assert.equal((config.redactions as unknown[]).length, redactions.length);
  });

  it("uploads the namespace that the redactor writes to, by TLS", () => {
    const namespace = /^LogNamespace=(.+)$/m.exec(redactorUnit)?.[1];
    const dropIn = renderUploadDropIn(monitoringHost);
    assert.ok(dropIn.includes(`--directory=/var/log/journal/MACHINE_ID.${namespace}\n`), dropIn);
    assert.match(dropIn, /--url=https:\/\/192\.0\.2\.200:19532 .*--trust=\/etc\/ghrunners\/logs\/receiver\.pem/);
  });

  it("the units that scripts and renderers name are those of the catalogue", () => {
    const script = readFileSync(path.join(projectRoot, "components", "scripts", "journal-upload.sh"), "utf8");
    for (const unit of [logUnits.redactor, logUnits.upload]) assert.ok(script.includes(`=${unit}\n`), unit);
  });
});

describe("the firewall rule that logs need", () => {
  const rule = (ports: string, to = "192.0.2.200/32"): object[] => [
    { to, ports, protocol: "tcp", comment: "Logs", forJobs: false },
  ];

  it("opens the port of their receiver", () => {
    assert.deepEqual(logEgress({ kind: "alloy" }, monitoringHost), rule("3100"));
    assert.deepEqual(
      logEgress({ kind: "alloy", lokiUrl: "https://192.0.2.9/push" }, monitoringHost),
      rule("443", "192.0.2.9/32"),
    );
    assert.deepEqual(logEgress({ kind: "journal-upload" }, monitoringHost), rule("19532"));
  });

  it("is missing where logs stay on the host, or go to a name with a port that is open to all", () => {
    assert.deepEqual(logEgress({ kind: "none" }, monitoringHost), []);
    assert.deepEqual(logEgress({ kind: "alloy", lokiUrl: "https://loki.example:3100/push" }, monitoringHost), []);
  });

  it("opens the monitoring host where the receiver is a name, since 80 and 443 are closed there", () => {
    assert.deepEqual(logEgress({ kind: "alloy", lokiUrl: "https://loki.example/push" }, monitoringHost), rule("443"));
    assert.deepEqual(logEgress({ kind: "alloy", lokiUrl: "http://loki.example/push" }, monitoringHost), rule("80"));
  });
});
