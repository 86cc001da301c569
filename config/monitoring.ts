/** Group `monitoring`: an existing Prometheus host on which this stack installs its rules, targets and dashboards. */
import { z } from "zod";
import { logs } from "./logs";
import { parseAddress } from "@ghrunners/core/vocabulary/ipv4";
import { text } from "./text";

const folder = text("an absolute path without blanks", /^\/[^\s'"*]*[^\s'"*/]$/);
/** Behind a proxy, or with `--web.route-prefix`, an API has a path prefix. */
const httpUrl = text(
  "an http or https URL without credentials and without a slash at its end",
  /^https?:\/\/[^/\s?#@]+(\/[^\s?#@'"/]+)*$/,
);

const alertmanager = z.strictObject({
  url: httpUrl
    .default("http://127.0.0.1:9093")
    .meta({ description: "Alertmanager's API, as the monitoring host sees it." }),
  file: folder.default("/etc/prometheus/alertmanager.yml").meta({ description: "Configuration file of Alertmanager." }),
  manage: z.boolean().default(false).meta({
    description:
      "Whether this stack writes that file. Otherwise the stack checks its route and prints what is missing.",
  }),
  onCallUrl: text("an http or https URL", /^https?:\/\/[^\s'"]+$/)
    .optional()
    .meta({
      description: "Webhook of on-call, required if the file is managed. Not for a URL that contains a secret.",
      example: "http://127.0.0.1:9095/notifications",
    }),
  watchdogUrl: text("an http or https URL", /^https?:\/\/[^\s'"]+$/)
    .optional()
    .meta({
      description: "URL of a dead man's switch that gets a notification every minute, if the file is managed.",
      example: "https://deadman.example/ping",
    }),
});

const paths = z.strictObject({
  prometheusConfig: folder
    .default("/etc/prometheus/prometheus.yml")
    .meta({ description: "Configuration file of Prometheus: read, never changed." }),
  rules: folder
    .default("/etc/prometheus/rules.d")
    .meta({ description: "Folder whose `*.yml` files are in Prometheus' `rule_files`." }),
  targets: folder
    .default("/etc/prometheus/targets.d")
    .meta({ description: "Folder whose `*.json` files are in the `file_sd_configs` of a scrape job." }),
  dashboards: folder
    .default("/var/lib/grafana/dashboards/ghrunners")
    .meta({ description: "Folder that Grafana's file provisioning reads." }),
});

const failover = z.strictObject({
  recoverySeconds: z.int().min(0).max(3600).default(60).meta({
    description: "How long a runner must have been healthy before the switch leaves a working runner for it, seconds.",
  }),
  validSeconds: z.int().min(30).max(3600).default(300).meta({
    description: "How long a choice is valid, seconds; it is renewed after half of this time.",
  }),
  redispatch: z.boolean().default(true).meta({
    description: "Whether a run that waits for an unusable runner is cancelled and started again, once.",
  }),
});

export const monitoring = z.strictObject({
  host: text("an IPv4 address", (value) => parseAddress(value) !== undefined).meta({
    description: "Address of the monitoring host; the runners' firewalls let it read their exporters.",
    example: "192.168.0.200",
  }),
  user: text(
    "a Unix user name other than root",
    (value) => /^[a-z_][a-z0-9_-]{0,31}$/.test(value) && value !== "root",
  ).meta({
    description: "User with password-less sudo; sshPrivateKey must be able to log in as this user.",
    example: "operator",
  }),
  hostKey: text(
    "a public host key: its kind, a blank, its base64 text",
    /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}$/,
  ).meta({
    description:
      "Pinned host key; an ECDSA key if the host has one. `ssh-keyscan -t ecdsa ADDRESS` prints it; compare it with the host's own.",
    example: '"ecdsa-sha2-nistp256 AAAA..."',
  }),
  prometheusUrl: httpUrl
    .default("http://127.0.0.1:9090")
    .meta({ description: "Prometheus's API, as the monitoring host sees it." }),
  paths: paths.prefault({}).meta({ description: "Where the host's owner has things." }),
  alertmanager: alertmanager.prefault({}).meta({ description: "How alerts reach on-call." }),
  fleetExporter: z.boolean().default(true).meta({
    description:
      "Whether this stack runs its fleet exporter on the monitoring host. Only one stack per monitoring host may.",
  }),
  knownRunners: z
    .array(text("a runner's name, or its beginning and *", /^[A-Za-z0-9._-]{1,63}\*?$/))
    .default([])
    .meta({
      description:
        "Names of runners outside this stack that may have the label of its environment or of deliveries; any other such runner raises an alert. `*` at the end matches any text.",
      example: "staging-runner*",
    }),
  failover: failover.prefault({}).meta({
    description: "The failover switch, which runs beside the fleet exporter where failoverToken is set.",
  }),
  logs: logs.prefault({}).meta({ description: "How the runners' logs are kept." }),
  dashboards: z.boolean().default(true).meta({
    description:
      "Whether this stack installs the dashboards, which serve every environment. Only one stack per Grafana may.",
  }),
  runbookBaseUrl: text("an http or https URL that does not end in /", /^https?:\/\/[^\s'"]*[^\s'"/]$/)
    .optional()
    .meta({
      description: "URL of the folder with the runbooks. Default: `docs/runbooks` on the repository's default branch.",
      example: "https://github.com/octo-org/demo-app/blob/main/docs/runbooks",
    }),
  dashboardBaseUrl: httpUrl.optional().meta({
    description: "URL of Grafana. Default: port 3000 of the monitoring host.",
    example: "http://192.168.0.200:3000",
  }),
});

/** The monitoring host of the settings. */
export type MonitoringHostSettings = z.infer<typeof monitoring>;
