/** The result of `ghrunners init`, and its text. Pure. */
import pc from "picocolors";
import type { Described } from "@ghrunners/core/schema";
import { quote } from "@ghrunners/core/ssh/render-script";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";
import type { AnswerOptions } from "./given";
import type { ProviderOptions } from "./passphrase";
import type { initSchema } from "./schema";

export type InitReport = Described<typeof initSchema>;

/** Options that say what the stack is to be; with the same ones a run that wrote nothing is repeated. */
export type RepeatedOptions = AnswerOptions &
  ProviderOptions & { readonly register?: boolean; readonly input?: boolean };

/** The options as they are typed. They hold no secret: those come in files, and `--set` refuses them. */
function typed(options: RepeatedOptions): string {
  const { from, set, secretFile, passphraseFile, secretsProvider, workflowsTokenFile, register, input } = options;
  const valued: readonly (readonly [name: string, value: string | undefined])[] = [
    ["from", from],
    ...set.map((value) => ["set", value] as const),
    ...secretFile.map((value) => ["secret-file", value] as const),
    ["passphrase-file", passphraseFile],
    ["secrets-provider", secretsProvider],
    ["workflows-token-file", workflowsTokenFile],
  ];
  const words = valued.map(([name, value]) => (value === undefined ? "" : ` --${name} ${quote(value)}`));
  return [...words, register === true ? " --register" : "", input === false ? " --no-input" : ""].join("");
}

/**
 * The commands that come next.
 * @param variables variables that Pulumi needs, such as the file with the passphrase
 */
export function nextCommands(
  { result, findings, stack }: Pick<InitReport, "result" | "findings" | "stack">,
  variables: Readonly<Record<string, string>>,
  options: RepeatedOptions,
): string[] {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  const repeated = `ghrunners init --stack ${stack}${typed(options)}`;
  if (result === "refused") return [...exports, repeated];
  const again = findings.some(({ isRefusal }) => !isRefusal) ? [`ghrunners init --stack ${stack} --check`] : [];
  const first = result === "checked" ? [repeated] : again;
  return [
    ...exports,
    ...first,
    `pulumi preview --stack ${stack}`,
    `pulumi up --stack ${stack}`,
    `ghrunners status --stack ${stack}`,
  ];
}

const heads: Readonly<Record<InitReport["result"], string>> = {
  written: "is written",
  unchanged: "is as it should be; nothing was written",
  refused: "Nothing was written",
  checked: "was only looked at; nothing was written",
};

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

function findingLines(report: InitReport, refusals: boolean): string[] {
  return report.findings
    .filter(({ isRefusal }) => isRefusal === refusals)
    .map(({ setting, reason }) => {
      const mark = refusals ? pc.red("✗") : pc.yellow("!");
      return `  ${mark} ${setting === "" ? "" : `${pc.bold(setting)}: `}${onStack(reason, report.stack)}`;
    });
}

export function renderInit(report: InitReport): string {
  const { stack, result, created, settings, secrets, notices, pullRequest, next } = report;
  const refused = created || secrets.length > 0 ? "Only the keys of GitHub Apps were written" : heads.refused;
  const head = result === "refused" ? `${refused}: ${stack}` : `The stack ${stack} ${heads[result]}.`;
  const wrong = findingLines(report, true);
  const open = findingLines(report, false);
  const would = result === "checked" ? "would change: " : "changed: ";
  return [
    pc.bold(head),
    ...(created ? ["  created in Pulumi's backend"] : []),
    ...(settings.length === 0 ? [] : [`  ${would}${settings.join(", ")}`]),
    ...(secrets.length === 0 ? [] : [`  secrets${result === "checked" ? " to set" : ""}: ${secrets.join(", ")}`]),
    ...(wrong.length === 0 ? [] : ["", `${count(wrong.length, "answer")} missing or wrong:`, ...wrong]),
    ...(open.length === 0 ? [] : ["", "To prepare before pulumi up:", ...open]),
    ...(notices.length === 0 ? [] : ["", ...notices.map((line) => pc.dim(`  ${line}`))]),
    ...(pullRequest === null ? [] : ["", `Review and merge the pull request with the workflows: ${pullRequest}`]),
    "",
    "Next:",
    ...next.map((line) => `  ${line}`),
    "",
  ].join("\n");
}

/** 0: ready for `pulumi preview`. */
export const exitCodeOf = ({ findings }: InitReport): number => (findings.length === 0 ? 0 : 1);
