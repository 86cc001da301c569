/**
 * Configuration of Grafana Alloy. Pure.
 */
import { logLabels } from "@ghrunners/core/vocabulary/logs";
import { redacted, redactions, TERMINAL_SEQUENCES } from "@ghrunners/core/vocabulary/redaction";
import { DIAGNOSTIC_FILES, type LogOrigin, shippedUnits } from "./log-sources";

/** A string literal in Alloy's syntax. Raw strings have no escapes, so a text with a backtick cannot be one. */
function text(value: string): string {
  return value.includes("`") ? JSON.stringify(value) : `\`${value}\``;
}

/** `prometheus-node-exporter.service` as a name of a component. */
function identifier(unit: string): string {
  return unit.replace(/\.service$/, "").replace(/[^A-Za-z0-9_]/g, "_");
}

function journal(origin: LogOrigin, unit: string): string {
  return `loki.source.journal ${JSON.stringify(identifier(unit))} {
  matches    = ${text(`_SYSTEMD_UNIT=${unit}`)}
  labels     = { unit = ${text(unit)}, host = ${text(origin.host)} }
  forward_to = [loki.process.redact.receiver]
}
`;
}

/**
 * Reads the units' journal and the runner's files, redacts them and sends them to Loki, with the labels of
 * packages/core/vocabulary/logs.ts. Source: grafana.com/docs/alloy, reference of loki.source.journal, local.file_match,
 * loki.process, loki.write.
 */
export function renderAlloy(origin: LogOrigin, { lokiUrl }: { readonly lokiUrl: string }): string {
  const stages = redactions.map(
    ({ name, pattern }) => `  stage.replace {
    expression = ${text(pattern)}
    replace    = ${text(redacted(name))}
  }
`,
  );
  return `// Logs of ${origin.host}. Written by the Pulumi program; changes are lost at its next run.
logging {
  level = "warn"
}

${shippedUnits(origin)
  .map((unit) => journal(origin, unit))
  .join("\n")}
local.file_match "diagnostics" {
  path_targets = [{ __path__ = ${text(DIAGNOSTIC_FILES)}, host = ${text(origin.host)}, unit = ${text(origin.unit)} }]
}

loki.source.file "diagnostics" {
  targets    = local.file_match.diagnostics.targets
  forward_to = [loki.process.entries.receiver]
}

// An entry of these files begins with its time; the lines of a text that follow belong to it.
loki.process "entries" {
  stage.multiline {
    firstline     = \`^\\[\\d{4}-\\d{2}-\\d{2} \`
    max_wait_time = "3s"
  }
  forward_to = [loki.process.redact.receiver]
}

// Secrets end here: nothing before this block leaves the host.
loki.process "redact" {
  stage.drop {
    longer_than         = "64KiB"
    drop_counter_reason = "line too long"
  }

  stage.replace {
    expression = ${text(TERMINAL_SEQUENCES)}
    replace    = ""
  }

${stages.join("\n")}
  stage.label_keep {
    values = ${JSON.stringify(logLabels).replaceAll(",", ", ")}
  }
  forward_to = [loki.write.loki.receiver]
}

loki.write "loki" {
  endpoint {
    url = ${text(lokiUrl)}
  }
  external_labels = { environment = ${text(origin.environment)}, role = ${text(origin.role)} }
}
`;
}

/**
 * systemd unit of Alloy: it may read the journal and the runner's files, write its positions, and connect only to Loki.
 * Its own page listens on loopback.
 */
export const alloyUnit = `[Unit]
Description=Ships the runner's logs, redacted, to Loki
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/local/lib/ghrunners/alloy/alloy run --disable-reporting --server.http.listen-addr=127.0.0.1:12345 --storage.path=/var/lib/ghrunners-alloy /etc/ghrunners/logs/config.alloy
DynamicUser=yes
SupplementaryGroups=systemd-journal
StateDirectory=ghrunners-alloy
Restart=always
RestartSec=5
MemoryMax=512M
CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictNamespaces=yes
RestrictRealtime=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
`;
