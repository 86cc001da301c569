import { z } from "zod";

/** Which runner the next deployment uses, as DEPLOY_RUNNER tells the gate. */
export interface ChoiceStatus {
  /** `off`: the stack runs no failover switch. `missing`: GitHub was told nothing. `refused`: nobody may deploy. */
  readonly state: "off" | "missing" | "unreadable" | "expired" | "refused" | "fresh";
  /** Name of the runner; null unless it is fresh. */
  readonly runner: string | null;
  readonly role: string | null;
  /** RFC 3339; null where nothing readable is there. */
  readonly decidedAt: string | null;
  readonly expiresAt: string | null;
  readonly reason: string | null;
}

const content = z.object({
  name: z.string().nullish(),
  runner: z.string().nullable(),
  labels: z.array(z.string()),
  reason: z.string(),
  decidedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

const none = { runner: null, role: null, decidedAt: null, expiresAt: null, reason: null } as const;

function read(text: string): z.infer<typeof content> | undefined {
  try {
    return content.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Pure.
 * @param text value of DEPLOY_RUNNER; null: there is no such variable
 * @param isOn whether the stack runs a failover switch
 */
export function choiceStatus(text: string | null, isOn: boolean, at: Date): ChoiceStatus {
  if (!isOn) return { state: "off", ...none };
  if (text === null) return { state: "missing", ...none };
  const choice = read(text);
  if (choice === undefined) return { state: "unreadable", ...none };
  const { decidedAt, expiresAt, reason } = choice;
  const told = { ...none, decidedAt, expiresAt, reason };
  if (Date.parse(expiresAt) <= at.getTime()) return { ...told, state: "expired" };
  if (choice.labels.length === 0) return { ...told, state: "refused" };
  return { ...told, state: "fresh", runner: choice.name ?? choice.runner, role: choice.runner };
}

const wrong = {
  missing: "nobody yet: the failover switch has told GitHub nothing. Next: npm run ops -- gate",
  unreadable: "DEPLOY_RUNNER is not what the failover switch writes. Next: npm run ops -- gate",
} as const;

/** The status screen's line; `mark` makes the dot. Pure. */
export function choiceLine(choice: ChoiceStatus, at: Date, mark: (good: boolean) => string): string {
  const age = (from: string | null): string =>
    `${Math.max(0, Math.round((at.getTime() - Date.parse(from ?? "")) / 1000))} s`;
  switch (choice.state) {
    case "off":
      return "  off: no failover switch, so a gate that follows it refuses. Next: pulumi config set --secret ghrunners:failoverToken";
    case "missing":
    case "unreadable":
      return `  ${mark(false)} ${wrong[choice.state]}`;
    case "expired":
      return `  ${mark(false)} nobody: the choice expired ${age(choice.expiresAt)} ago. Next: npm run ops -- gate`;
    case "refused":
      return `  ${mark(false)} ${choice.reason} Told ${age(choice.decidedAt)} ago`;
    case "fresh":
      return `  ${mark(choice.role === "primary")} ${choice.runner} (${choice.role}), told ${age(choice.decidedAt)} ago. ${choice.reason}`;
  }
}
