/** Questions about GitHub: repository, token, who approves deployments. Pure. */
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";
import type { InitFinding } from "../findings";
import type { Conversation } from "./conversation";
import {
  environmentOf,
  isAbout,
  knownText,
  lacks,
  type Question,
  type QuestionVerdict,
  refusalOf,
  withAnswer,
} from "./question";
import { inputsSoFar } from "./stand-ins";
import type { Systems } from "./systems";

const UNREVIEWED = `safety.${guardOverrides["production-reviewed"].setting}`;
const { words } = guardOverrides["production-reviewed"];

/** Production without reviewers is refused, unless the configuration allows it in words. */
const needsReviewers = (conversation: Conversation): boolean =>
  environmentOf(conversation) === "production" &&
  lacks("deployment.reviewers")(conversation) &&
  lacks(UNREVIEWED)(conversation);

/** What concerns the whole repository, and is not about one of its answers. */
const toPrepare = (findings: readonly InitFinding[]): string[] =>
  findings
    .filter(({ setting, isRefusal }) => !isRefusal && /^(github|smoke)/.test(setting))
    .map(({ reason }) => reason);

/** The same with an environment: what GitHub offers depends on the kind of repository, which is then looked up. */
function inputsWithEnvironment(conversation: Conversation): PreflightInputs {
  const inputs = inputsSoFar(conversation);
  const none = { name: environmentOf(conversation), reviewers: [], waitMinutes: 0, preventSelfReview: true };
  return { ...inputs, deployment: { ...inputs.deployment, environment: inputs.deployment.environment ?? none } };
}

async function checkToken(conversation: Conversation, systems: Systems): Promise<QuestionVerdict> {
  const token = knownText(conversation, "githubToken");
  try {
    const repository = await systems.githubRepository(conversation, token);
    const { findings, notices, lacksReviewers } = await systems.githubFindings(
      conversation,
      inputsWithEnvironment(conversation),
    );
    const { refused } = refusalOf(findings, "github.repository");
    if (refused !== undefined) return { refused, again: ["github.repository"] };
    const github = { ...repository, lacksReviewers };
    return {
      warnings: toPrepare(findings),
      notices,
      learnt: { ...conversation, seen: { ...conversation.seen, github } },
    };
  } catch (error) {
    const { message, status } = error as Error & { status?: number };
    // 404: there is no such repository, or the token may not see it. GitHub does not say which.
    return { refused: message, again: status === 404 ? ["github.repository", "githubToken"] : ["githubToken"] };
  }
}

/** Logins in a line, separated by commas or blanks. */
const listIn = (line: string): string[] => line.split(/[\s,]+/).filter((each) => each !== "");

export const environmentQuestion: Question = {
  setting: "environment",
  isNeeded: (conversation) => conversation.isNew && lacks("environment")(conversation),
  prompt: ({ stack }, refused) => ({
    kind: "text",
    message: "Environment of the runners, such as production or staging",
    initial: typeof refused === "string" ? refused : /^(staging|production)$/.test(stack) ? stack : "production",
  }),
};

export const repositoryQuestion: Question = {
  setting: "github.repository",
  isNeeded: lacks("github.repository"),
  prompt: (_, refused) => ({
    kind: "text",
    message: "Repository that the runners serve, owner/name",
    ...(typeof refused === "string" ? { initial: refused } : {}),
  }),
};

export const tokenQuestion: Question = {
  setting: "githubToken",
  isNeeded: lacks("githubToken"),
  prompt: () => ({
    kind: "secret",
    message:
      "Token of an administrator of the repository (permissions: docs/reference/security.md), or an App's credential",
  }),
  check: checkToken,
};

export const deploymentQuestions: readonly Question[] = [
  {
    setting: UNREVIEWED,
    isNeeded: (conversation) => needsReviewers(conversation) && conversation.seen.github?.lacksReviewers === true,
    prompt: () => ({
      kind: "text",
      message: `GitHub has no reviewers for this kind of repository. To deploy to production without them, type: ${words}`,
    }),
  },
  {
    setting: "deployment.reviewers",
    isNeeded: needsReviewers,
    prompt: ({ seen }, refused) => ({
      kind: "text",
      message: `Logins of those who approve a deployment to production${
        seen.github === undefined || seen.github.writers.length === 0
          ? ""
          : ` (may write: ${seen.github.writers.join(", ")})`
      }`,
      ...(Array.isArray(refused) ? { initial: refused.join(" ") } : {}),
    }),
    take: (conversation, answer) => {
      const logins = listIn(String(answer));
      if (logins.length === 0) throw new Error("Seen nothing. Expected at least one login.");
      return withAnswer(conversation, "deployment.reviewers", logins);
    },
    check: async (conversation, systems) => {
      if (lacks("deployment.reviewers")(conversation)) return {};
      const { findings } = await systems.githubFindings(conversation, inputsSoFar(conversation));
      const others = findings.filter(
        ({ setting }) => setting.startsWith("deployment.") && !isAbout(setting, "deployment.reviewers"),
      );
      return { ...refusalOf(findings, "deployment.reviewers"), warnings: others.map(({ reason }) => reason) };
    },
  },
  {
    setting: "deployment.branches",
    isNeeded: (conversation) =>
      conversation.tree.deployment !== undefined &&
      lacks("deployment.branches")(conversation) &&
      lacks("deployment.tags")(conversation),
    prompt: ({ seen }, refused) => ({
      kind: "text",
      message: "Branches that may deploy",
      initial: Array.isArray(refused) ? refused.join(" ") : (seen.github?.defaultBranch ?? "main"),
    }),
    take: (conversation, answer) => withAnswer(conversation, "deployment.branches", listIn(String(answer))),
  },
];
