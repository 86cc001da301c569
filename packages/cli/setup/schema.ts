/** zod schemas of `ghrunners setup`. Published in docs/reference/schemas. */
import { z } from "zod";

export const setupProxmoxSchema = z.strictObject({
  role: z.string(),
  privileges: z.array(z.string()).describe("Privileges of the role: those that the preflight demands."),
  paths: z.array(z.string()).describe("Paths on which user and token get the role."),
  tokenId: z.string().describe("USER@REALM!TOKENID."),
  commands: z.array(z.string()).describe("Shell lines for a node, as root. They can be run again."),
});

export const setupGitHubSchema = z.strictObject({
  apps: z.array(
    z.strictObject({
      setting: z.enum(["githubToken", "exporterToken", "failoverToken"]),
      purpose: z.string(),
      permissions: z.record(z.string(), z.enum(["read", "write"])).describe("By GitHub's names for Apps."),
      link: z.url().describe("Opens GitHub's page that registers the App."),
      registered: z
        .strictObject({
          appId: z.int(),
          slug: z.string().describe("The App's name in GitHub's addresses."),
          installationId: z
            .int()
            .nullable()
            .describe("null: it was not installed in time, and its key was discarded; else the credential is stored."),
        })
        .optional()
        .describe("What --register made. Absent without --register, and for an App that nobody registered."),
    }),
  ),
});

export const setupMonitoringSchema = z.strictObject({
  host: z.string().nullable().describe("Address that was looked at; null if no machine is named."),
  state: z
    .enum(["ready", "empty", "owned", "unseen"])
    .describe(
      "ready: nothing is missing. empty: no one has set up Prometheus there, so --apply may. owned: what is there belongs to " +
        "someone and is only read. unseen: no machine is named.",
    ),
  because: z.array(z.string()).describe("Why the machine counts as owned."),
  missing: z.array(
    z.strictObject({
      what: z.string(),
      add: z.string().describe("Commands or lines of configuration, for the machine's owner."),
    }),
  ),
  did: z.array(z.string()).describe("What --apply did."),
  script: z.string().nullable().describe("What --apply would run as root; null where it would run nothing."),
});

export const setupWorkflowsSchema = z.strictObject({
  repository: z.string().describe("owner/name."),
  state: z
    .enum(["ready", "missing", "open", "opened", "updated"])
    .describe(
      "ready: the default branch has every file. missing: it does not, and without --apply nothing was done. open: a pull " +
        "request with exactly these files is open already. opened, updated: by --apply.",
    ),
  files: z.array(
    z.strictObject({
      path: z.string().describe("From the repository's root."),
      purpose: z.string(),
      change: z
        .enum(["add", "change", "same"])
        .describe("How the file stands to the default branch. add: it is not there. change: it is another one there."),
    }),
  ),
  branch: z.string().describe("Branch of the pull request."),
  runbooks: z
    .string()
    .nullable()
    .describe(
      "Command that says where the runbooks are. null: the repository deploys nothing, has docs/runbooks, or has the " +
        "variable RUNBOOKS_URL.",
    ),
  pullRequest: z.strictObject({ number: z.int(), url: z.url() }).nullable().describe("The open pull request."),
});
