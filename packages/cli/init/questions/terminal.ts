/** Questions on a terminal. */
import { stderr, stdin, stdout } from "node:process";
import { cancel, confirm, isCancel, log, note, password, select, spinner, text } from "@clack/prompts";
import { Interrupted, INTERRUPTED } from "../../pulumi/interrupted";
import type { Terminal } from "./ask";
import type { PromptAnswer, Prompt } from "./question";

/** Whether a person sits at both ends. */
export const isTerminal = (): boolean => stdin.isTTY && stdout.isTTY;

/** What Ctrl-C leaves, as a sentence. */
type WhatIsLeft = () => string;

function show(prompt: Prompt): Promise<PromptAnswer | symbol> {
  const { kind, message } = prompt;
  if (kind === "secret") return password({ message });
  if (kind === "yes-no") return confirm({ message, initialValue: prompt.initial });
  if (kind === "text") return text({ message, initialValue: prompt.initial ?? "" }).then((line) => line ?? "");
  const { choices, initial } = prompt;
  const at = choices.findIndex(({ value }) => value === initial);
  const options = choices.map(({ label }, index) => ({ value: index, label }));
  return select({ message, options, initialValue: Math.max(at, 0) }).then((index) =>
    typeof index === "number" ? (choices[index]?.value ?? "") : index,
  );
}

/** @param left what Ctrl-C leaves at that moment */
export function terminalOf(left: WhatIsLeft): Terminal {
  /** Between two questions Ctrl-C is a signal: nothing is under way but looking. */
  const endAtOnce = (): never => {
    stderr.write(`\n${new Interrupted("ghrunners init", left()).message}\n`);
    process.exit(INTERRUPTED);
  };
  return {
    async ask(prompt) {
      const answer = await show(prompt);
      if (!isCancel(answer)) return answer as PromptAnswer;
      throw new Interrupted("ghrunners init", left());
    },
    async working(what, work) {
      process.on("SIGINT", endAtOnce);
      const sign = spinner({ onCancel: endAtOnce });
      sign.start(what);
      try {
        return await work();
      } finally {
        sign.clear();
        process.off("SIGINT", endAtOnce);
      }
    },
    refused: (reason) => log.error(reason),
    warn: (line) => log.warn(line),
    tell: (line) => log.info(line),
  };
}

/**
 * Shows what would be written, and asks whether it may be.
 * @throws Interrupted after Ctrl-C
 */
export async function mayWrite(title: string, settings: string, left: WhatIsLeft): Promise<boolean> {
  note(settings.trimEnd(), title);
  const answer = await terminalOf(left).ask({
    kind: "yes-no",
    message: "Write this, and give the secrets to Pulumi?",
    initial: true,
  });
  if (answer !== true) cancel(left());
  return answer === true;
}
