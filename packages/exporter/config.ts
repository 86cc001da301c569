/**
 * What an exporter is told: one JSON file, written by the Pulumi program. No secret stands in it; the tokens of the fleet
 * view and of the failover switch are files of their own (systemd LoadCredential).
 */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { MINIMUM_RUNNER_VERSION } from "@ghrunners/core/vocabulary/runner";

const port = z.int().min(0).max(65_535);
const role = z.enum(["primary", "secondary"]);
const seconds = z.number().positive().max(86_400);

export const hostConfig = z.strictObject({
  view: z.literal("host"),
  /** Address and port to listen on. */
  listen: z.strictObject({ host: z.string().min(1), port }),
  /** systemd unit of the runner. */
  unit: z.string().regex(/^[A-Za-z0-9._@-]+\.service$/),
  /** Folder of the runner; its owner is the user that the listener runs as. */
  runnerHome: z.string().startsWith("/"),
  /** Work folder below it. */
  workFolder: z.string().min(1),
  /** https://github.com, or a GitHub Enterprise Server. */
  githubUrl: z.url({ protocol: /^https$/ }),
  collectSeconds: seconds.default(5),
  /** GitHub ends an idle listener's poll after 50 s; a silence of more than two of them is no connection. */
  silenceSeconds: seconds.default(120),
  probeSeconds: seconds.default(60),
  workFolderSeconds: seconds.default(300),
});
export type HostConfig = z.output<typeof hostConfig>;

const expectedRunner = z.strictObject({ name: z.string().min(1), role, labels: z.array(z.string()) });

/** What the GitHub environment has to be like. */
const protection = z.strictObject({
  /** Logins, or slugs of teams. */
  reviewers: z.array(z.string()),
  waitMinutes: z.int().min(0),
  preventSelfReview: z.boolean(),
  adminsCanBypass: z.boolean(),
  /** Patterns; empty: every branch. */
  branches: z.array(z.string()),
  tags: z.array(z.string()),
});

const expectedSecret = z.strictObject({
  name: z.string().min(1),
  scope: z.enum(["environment", "repository"]),
  rotateDays: z.number().positive(),
});

export const fleetConfig = z.strictObject({
  view: z.literal("fleet"),
  listen: z.strictObject({ host: z.string().min(1), port }),
  githubUrl: z.url({ protocol: /^https$/ }),
  /** `owner/name`. */
  repository: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  /** Every runner that may be registered. */
  runners: z.array(expectedRunner).min(1),
  /** Name of the GitHub environment that the runners deploy to. */
  environment: z.string().min(1).optional(),
  /** Absent: the program does not manage the environment, and nothing is said about its protection. */
  protection: protection.optional(),
  secrets: z.array(expectedSecret).default([]),
  /** Name of the workflow file that deploys; its jobs count as deployments. */
  deploymentWorkflow: z.string().min(1).optional(),
  /** How often runners are asked for; runs and jobs half as often. */
  pollSeconds: seconds.default(15),
  /** How often settings are asked for: environment, secrets, repository, versions. */
  settingsSeconds: seconds.default(300),
  /** Share of the rate limit that may be used, 0 to 1. */
  rateLimitShare: z.number().positive().max(1).default(0.1),
});
export type FleetConfig = z.output<typeof fleetConfig>;
export type ExpectedRunner = FleetConfig["runners"][number];
export type ExpectedProtection = z.output<typeof protection>;

const metricsUrl = z.url({ protocol: /^http$/ });

export const switchConfig = z.strictObject({
  view: z.literal("switch"),
  listen: z.strictObject({ host: z.string().min(1), port }),
  githubUrl: z.url({ protocol: /^https$/ }),
  /** `owner/name`. */
  repository: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  /** Environment that is deployed to; the runners carry it as a label. */
  environment: z.string().min(1),
  /** Every runner that may deploy, with its labels and the addresses of its exporter and of its node exporter. */
  runners: z.array(expectedRunner.extend({ exporterUrl: metricsUrl, nodeUrl: metricsUrl })).min(1),
  /** The fleet exporter: GitHub's view. */
  fleetUrl: metricsUrl.default(`http://127.0.0.1:${ports.fleetExporter}/metrics`),
  /** Oldest runner version that may deploy. */
  minimumVersion: z.string().default(MINIMUM_RUNNER_VERSION),
  /** How long a choice may be used after it was made. */
  validSeconds: seconds.default(300),
  /** How long a runner must have been healthy before one that still works is left for it. */
  recoverySeconds: z.number().min(0).max(86_400).default(60),
  /** Whether a run that waits for a dead runner is cancelled and started again. */
  redispatch: z.boolean().default(true),
  /** How often the runners are looked at. */
  lookSeconds: seconds.default(5),
  /** How often GitHub is asked for the maintenance, and for waiting runs while a runner is unusable. */
  askSeconds: seconds.default(15),
});
export type SwitchConfig = z.output<typeof switchConfig>;

/** @throws Error that names the file and every setting that is wrong */
export function readConfig<Config>(file: string, schema: z.ZodType<Config>): Config {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(
      `${file} cannot be read: ${(error as Error).message}. Expected the exporter's configuration as JSON.`,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".") || "(all)"}: ${message}`);
  throw new Error(`${file} is not a configuration of this exporter:\n${problems.join("\n")}\nNext: pulumi up`);
}
