/**
 * Files of the journal upload on a runner host. Pure.
 */
import { JOURNAL_REMOTE_PORT, journalField, LOG_NAMESPACE, logLabels } from "@ghrunners/core/vocabulary/logs";
import { redacted, redactions, TERMINAL_SEQUENCES } from "@ghrunners/core/vocabulary/redaction";
import { DIAGNOSTIC_FILES, type LogOrigin, shippedUnits } from "./log-sources";

/** Configuration of scripts/redactor.py. The unit is a label of each line, so it is not among the fixed ones. */
export function renderRedactor(origin: LogOrigin): string {
  const fixed = logLabels.filter((label) => label !== "unit");
  return `${JSON.stringify(
    {
      units: shippedUnits(origin),
      files: DIAGNOSTIC_FILES,
      labels: Object.fromEntries(fixed.map((label) => [journalField(label), origin[label]])),
      terminalSequences: TERMINAL_SEQUENCES,
      redactions: redactions.map(({ name, pattern }) => ({ pattern, replacement: redacted(name) })),
    },
    undefined,
    2,
  )}\n`;
}

/**
 * The redactor writes to a journal of its own (LogNamespace), the only one that is uploaded. It may read journal and
 * files, write its own state, and nothing else.
 *
 * The socket of that journal is open to one group ({@link namespaceSocketDropIn}). systemd connects a service's standard
 * error to it as the service's user and main group, without supplementary groups, and where it may not, it takes
 * /dev/null and warns in the host's journal. Source: systemd, setup_output and connect_journal_socket in
 * src/core/exec-invoke.c (src/core/execute.c before version 255).
 */
export const redactorUnit = `[Unit]
Description=Redacts the runner's logs before they leave this host
Wants=systemd-journald@${LOG_NAMESPACE}.socket
After=systemd-journald@${LOG_NAMESPACE}.socket

[Service]
LogNamespace=${LOG_NAMESPACE}
ExecStart=/usr/bin/python3 -I /usr/local/lib/ghrunners/logs/redactor.py /etc/ghrunners/logs/redactor.json
DynamicUser=yes
# Its main group, for systemd connects standard error to the journal's socket with this group alone.
Group=systemd-journal
StateDirectory=ghrunners-logs
Restart=always
RestartSec=2
# Reports its progress to systemd, which restarts it when it hangs.
NotifyAccess=main
WatchdogSec=120
WatchdogSignal=SIGKILL
MemoryMax=128M
CapabilityBoundingSet=
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateNetwork=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
`;

/**
 * Drop-in of the sockets of the redactor's journal. By default every local user may write to a journal: a job's lines
 * would be uploaded past the redactor, in any unit's name. The redactor is in this group.
 */
export const namespaceSocketDropIn = `[Socket]
SocketMode=0660
SocketGroup=systemd-journal
`;

/** The spool: lines that the receiver has not accepted yet wait here, and the oldest are dropped when it is full. */
export const namespaceConfiguration = `[Journal]
Storage=persistent
SystemMaxUse=200M
RateLimitIntervalSec=0
ForwardToSyslog=no
ForwardToWall=no
`;

/**
 * Drop-in of Debian's systemd-journal-upload: only the redacted namespace, by TLS, to the one trusted receiver. It
 * presents no client certificate (`-`), because Debian's receiver does not ask for one. It ends when the receiver is
 * unreachable.
 *
 * @param machineId placeholder that the script replaces: journals are in a folder of that name
 */
export function renderUploadDropIn(receiver: string, machineId = "MACHINE_ID"): string {
  return `[Unit]
StartLimitIntervalSec=0

[Service]
ExecStart=
ExecStart=/lib/systemd/systemd-journal-upload --save-state --url=https://${receiver}:${JOURNAL_REMOTE_PORT} --key=- --cert=- --trust=/etc/ghrunners/logs/receiver.pem --directory=/var/log/journal/${machineId}.${LOG_NAMESPACE}
Restart=always
RestartSec=5
`;
}
