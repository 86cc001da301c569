import type { Panel } from "./dashboard";

/** The description of a panel, as Markdown. */
export function panelText({ shows, normal, worry }: Panel): string {
  return `**What this shows:** ${shows}\n\n**Normal:** ${normal}\n\n**Worry if:** ${worry}`;
}
