/** Group `monitoring.logs`: how the runners' logs reach the monitoring host, or another log store. */
import { z } from "zod";
import { text } from "./text";

/**
 * Release of Grafana Alloy for Linux on x86-64. Other public installers pin the same SHA-256; compare it with the
 * release page before the first use.
 */
const alloyRelease = {
  url: "https://github.com/grafana/alloy/releases/download/v1.18.1/alloy-linux-amd64.zip",
  sha256: "fac853cbc3983a50a2368f9a685b31f74392ae86dd6155461b11a911c07b483c",
};

const alloy = z.strictObject({
  url: text("an https URL", /^https:\/\/[^\s'"]+$/)
    .default(alloyRelease.url)
    .meta({ description: "Archive (.zip) with Grafana Alloy, for the kind alloy." }),
  sha256: text("64 lower-case hexadecimal digits", /^[0-9a-f]{64}$/)
    .default(alloyRelease.sha256)
    .meta({ description: "SHA-256 of that archive." }),
});

export const logs = z.strictObject({
  kind: z.enum(["alloy", "journal-upload", "none"]).default("alloy").meta({
    description:
      "alloy: Grafana Alloy sends to Loki. journal-upload: Debian's systemd-journal-upload sends to the monitoring host's journal. Secrets are redacted on the runner.",
  }),
  lokiUrl: text("an http or https URL without credentials", /^https?:\/\/[^\s'"@]+$/)
    .optional()
    .meta({
      description: "Loki's push endpoint. Default: port 3100 of the monitoring host.",
      example: "http://192.168.0.200:3100/loki/api/v1/push",
    }),
  alloy: alloy.prefault({}).meta({ description: "The pinned release." }),
  retentionDays: z
    .int()
    .min(1)
    .max(365)
    .default(30)
    .meta({ description: "Age at which uploaded journals on the monitoring host are deleted, days." }),
});

/** Log settings of the monitoring host. */
export type LogSettings = z.infer<typeof logs>;
