/**
 * Configuration of an exporter: one JSON file, written by the Pulumi program. It contains no secret; tokens are
 * separate files (systemd LoadCredential).
 */
import * as z from "zod";
import { protection } from "@ghrunners/core/github/protection";
import { machineRoles } from "@ghrunners/core/vocabulary/runner";
import { expectedRunner, port, seconds } from "@ghrunners/metrics-server/config";

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
  /** Web address, as in Repository of packages/core/github/repository.ts. */
  githubUrl: z.url({ protocol: /^https$/ }),
  collectSeconds: seconds.default(5),
  /** GitHub ends an idle listener's poll after 50 s; a longer silence than two polls counts as disconnected. */
  silenceSeconds: seconds.default(120),
  probeSeconds: seconds.default(60),
  workFolderSeconds: seconds.default(300),
  /** Time between two downloads of the package lists; the lists of Debian change up to four times a day. */
  updatesSeconds: seconds.default(6 * 60 * 60),
});
export type HostConfig = z.output<typeof hostConfig>;

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
  /** The organization's runner group, as in Repository of packages/core/github/repository.ts. */
  runnerGroup: z.string().min(1).optional(),
  /** Every runner that may be registered. */
  runners: z.array(expectedRunner.extend({ role: z.enum(machineRoles) })).min(1),
  /** Label of the stack's environment: a runner that carries it takes the stack's jobs. */
  label: z.string().min(1),
  /** Name of the GitHub environment that the runners deploy to. */
  environment: z.string().min(1).optional(),
  /**
   * Expected protection of the environment. Absent: the program does not manage the environment, and the exporter does
   * not report on its protection.
   */
  protection: protection.optional(),
  secrets: z.array(expectedSecret).default([]),
  /** Names of other runners that may carry the label. `*` at the end matches any text. */
  knownRunners: z.array(z.string().min(1)).default([]),
  /** Name of the workflow file that deploys; jobs of every run that starts or calls it count as deployments. */
  deploymentWorkflow: z.string().min(1).optional(),
  /** Name of the workflow file with the smoke job, whose success proves a runner as a deployment does. */
  smokeWorkflow: z.string().min(1).optional(),
  /** Interval of requests for runners, seconds; runs and jobs are requested half as often. */
  pollSeconds: seconds.default(15),
  /** Interval of requests for settings, seconds: environment, secrets, repository, versions. */
  settingsSeconds: seconds.default(300),
  /** Share of the rate limit that may be used, 0 to 1. */
  rateLimitShare: z.number().positive().max(1).default(0.1),
});
export type FleetConfig = z.output<typeof fleetConfig>;
export type ExpectedRunner = FleetConfig["runners"][number];
