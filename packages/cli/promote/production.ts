import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Settings } from "@ghrunners/config/parse";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { readCheckout } from "@ghrunners/core/promotion/checkout";
import { projectRoot } from "@ghrunners/core/project-root";
import { GitHubClient } from "@ghrunners/core/github/client";
import { tokenAccount } from "@ghrunners/core/github/settings";
import { runPulumi } from "../pulumi/run-program";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { settledStatusOf } from "../status/status";
import { note } from "@ghrunners/core/terminal";
import { approvalProblem } from "./approval";
import { recordVersion, type Gate, type PromotionRecord } from "./record";
import { promotionFolder, writeRecord } from "./store";

export interface PromotionOptions {
  /** Login of the person who approved it. */
  readonly approvedBy?: string;
  readonly say: (line: string) => void;
}

interface Attempt {
  readonly stack: Stack;
  readonly settings: Settings;
  readonly operator: string;
  readonly approvedBy: string | undefined;
  readonly planFile: string;
}

type Check = (attempt: Attempt) => Promise<Omit<Gate, "name">>;

/**
 * Run in this order; the first that does not pass ends the attempt. Conditions that must hold before a change are
 * checked by the program itself at preview.
 */
const gates: readonly { readonly name: Gate["name"]; readonly check: Check }[] = [
  {
    name: "preview",
    check: async ({ stack, planFile }) => {
      const code = await runPulumi(stack, ["preview", "--save-plan", planFile, "--suppress-outputs"]);
      return { passed: code === 0, detail: code === 0 ? "planned" : "pulumi preview failed or refused" };
    },
  },
  {
    name: "approval",
    check: async ({ settings, operator, approvedBy }) => {
      const { reviewers = [], preventSelfReview = true } = settings.deployment ?? {};
      const problem = approvalProblem(approvedBy, { reviewers, operator, preventSelfReview });
      return { passed: problem === undefined, detail: problem ?? (approvedBy ? `by ${approvedBy}` : "none needed") };
    },
  },
  {
    name: "update",
    check: async ({ stack, planFile }) => {
      const code = await runPulumi(stack, ["up", "--yes", "--plan", planFile, "--suppress-outputs"]);
      return { passed: code === 0, detail: code === 0 ? "as planned" : "pulumi up failed" };
    },
  },
  {
    name: "health",
    check: async ({ stack }) => {
      const { healthy, problems } = await settledStatusOf(stack, note);
      return { passed: healthy, detail: healthy ? "healthy" : problems.join("; ") };
    },
  },
];

/** Login that runs the promotion: the account of its token, or who started the workflow that has an App's token. */
async function operatorOf({ github, githubToken }: Settings): Promise<string> {
  const client = new GitHubClient(repositoryOf(github), githubToken);
  return (await tokenAccount(client)) ?? process.env.GITHUB_ACTOR ?? "a GitHub App";
}

const digestOf = (file: string): string | null => {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } catch {
    return null;
  }
};

/** Runs production through its gates and keeps a record, whatever the outcome. */
export async function promote(stack: Stack, { approvedBy, say }: PromotionOptions): Promise<PromotionRecord> {
  const settings = await settingsOf(stack);
  const operator = await operatorOf(settings);
  const { id: commit } = readCheckout(projectRoot);
  const folder = promotionFolder(stack.env);
  const startedAt = new Date().toISOString();
  const work = mkdtempSync(path.join(tmpdir(), "ghrunners-plan-"));
  const planFile = path.join(work, "plan.json");
  let record: PromotionRecord = {
    version: recordVersion,
    id: startedAt.replace(/[:.]/g, "-"),
    startedAt,
    finishedAt: null,
    stack: stack.name,
    repository: settings.github.repository,
    commit,
    planSha256: null,
    operator,
    approvedBy: null,
    gates: [],
    result: "started",
  };
  const keep = (change: Partial<PromotionRecord>): void => {
    record = { ...record, ...change };
    writeRecord(folder, record);
  };
  keep({});
  try {
    for (const { name, check } of gates) {
      const outcome = await check({ stack, settings, operator, approvedBy, planFile });
      say(`Production: ${name}: ${outcome.detail}`);
      keep({
        gates: [...record.gates, { name, ...outcome }],
        planSha256: digestOf(planFile),
        ...(name === "approval" && outcome.passed ? { approvedBy: approvedBy ?? null } : {}),
      });
      if (outcome.passed) continue;
      keep({
        result: name === "update" || name === "health" ? "failed" : "refused",
        finishedAt: new Date().toISOString(),
      });
      return record;
    }
    keep({ result: "promoted", finishedAt: new Date().toISOString() });
    return record;
  } finally {
    rmSync(work, { recursive: true });
  }
}
