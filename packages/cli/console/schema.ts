/** zod schemas of the console: what its page reads. Published in docs/reference/schemas. */
import { z } from "zod";
import { deploymentRecordSchema } from "@ghrunners/deploy/records/schemas";
import { roles } from "@ghrunners/core/vocabulary/runner";
import { gateViewSchema } from "../gate/schema";
import { monitoringViewSchema } from "../monitoring/schema";
import { statusReportSchema } from "../status/schema";

/** One part of the snapshot, which has a source and an age of its own. */
const part = <Data extends z.ZodType>(data: Data) =>
  z.strictObject({
    state: z
      .enum(["loading", "off", "read", "failed"])
      .describe(
        "`loading`: not read yet. `off`: this stack has no such thing. `failed`: the last reading failed; `data` is the one before it.",
      ),
    at: z.iso.datetime().nullable().describe("When `data` was read, RFC 3339; null if there is none."),
    data: data.nullable(),
    problem: z.string().nullable().describe("`failed`: what was seen. `off`: why. Null otherwise."),
  });

export const openDeploymentSchema = z.strictObject({
  id: z.string(),
  owner: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
  lease: z.enum(["held", "expired"]),
  outcome: z.enum(["succeeded", "rolled_back", "refused", "cancelled", "rollback_failed"]).nullable(),
  ended: z.array(z.string()).describe("Names of the actions that ended with their result, oldest first."),
  running: z.string().nullable().describe("The running action."),
});

export const targetDeploymentsSchema = z.strictObject({
  target: z.string(),
  problem: z.string().nullable().describe("Why the target could not be read; null: it was."),
  open: openDeploymentSchema.nullable().describe("The deployment that has no record yet."),
  deployments: z.array(deploymentRecordSchema).describe("The last ones, newest first."),
});

export const topologySchema = z.strictObject({
  proxmox: z.string().describe("Address of Proxmox VE's API."),
  github: z.string().describe("Address of the repository."),
  runners: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(roles),
      node: z.string().describe("Node of Proxmox VE on which its machine runs."),
      vmId: z.int(),
      address: z.string(),
    }),
  ),
  monitoring: z.string().nullable().describe("Address of the monitoring host; null: the stack has none."),
  targets: z.array(z.strictObject({ name: z.string(), address: z.string() })),
  runbooks: z.string().describe("Address of the folder of runbooks."),
});

export const snapshotSchema = z
  .strictObject({
    version: z.literal(1),
    at: z.iso.datetime(),
    stack: z.string(),
    environment: z.string(),
    repository: z.string(),
    topology: topologySchema,
    status: part(statusReportSchema).describe("As `ghrunners status` prints it."),
    gate: part(gateViewSchema).describe("As `ghrunners gate` prints it."),
    monitoring: part(monitoringViewSchema).describe("As `ghrunners alerts` prints it."),
    deployments: part(z.array(targetDeploymentsSchema)),
  })
  .meta({ title: "A stack at one moment, as the page of `ghrunners console` reads it" });

export const consoleAddressSchema = z
  .strictObject({ version: z.literal(1), stack: z.string(), url: z.string() })
  .meta({ title: "Where the console of a stack is" });
