/** The change of a stack's file, and the text of its pull request. Pure. */
import type { Proposal } from "@ghrunners/core/github/plan-proposal";
import type { UpkeepFinding, UpkeepItem } from "./finding";
import type { Follower } from "./followers";
import { spliced } from "./splice";

export const upkeepBranch = (stack: string): string => `ghrunners/upkeep-${stack}`;

/** The file with every newer version; comments, order and everything else stay. */
export const raised = (text: string, file: string, findings: readonly UpkeepFinding[]): string =>
  findings.reduce((now, { settings = {} }) => spliced(now, file, settings), text);

const day = (time: string): string => time.slice(0, 10);

function row({ what, now, newest, due, dueBecause, source }: UpkeepItem): string {
  const until = due === null ? "no end announced" : `**${day(due)}**: ${dueBecause ?? ""}`;
  return `| ${what} | ${now ?? "not named"} | ${newest ?? ""} | ${until} | ${source ?? ""} |`;
}

function followerLines({ stack, pins }: Follower): string[] {
  const apply = `- ${stack} follows by promotion: a tag, or \`ghrunners promote production --stack ${stack} --approved-by LOGIN\``;
  const version = `\`Pulumi.${stack}.yaml\` names agent.version itself. Remove it there, so that the stack takes the proved one`;
  const image = `\`Pulumi.${stack}.yaml\` names proxmox.image. Give it the same url and checksum, else the promotion is refused`;
  return [
    apply,
    ...(pins.includes("agent.version") ? [`  - ${version}`] : []),
    ...(pins.includes("proxmox.image") ? [`  - ${image}`] : []),
  ];
}

/** @param text of the file on the default branch */
export function upkeepProposal(
  stack: string,
  file: string,
  text: string,
  findings: readonly UpkeepFinding[],
  followers: readonly Follower[],
): Proposal {
  const items = findings.filter(({ settings }) => settings !== undefined).map(({ item }) => item);
  const what = items.map(({ what: name, newest }) => `${name} ${newest}`).join(", ");
  const notes = items.flatMap(({ what: name, note }) => (note === null ? [] : [`- ${name}: ${note}`]));
  const back = [stack, ...followers.map((each) => each.stack)].map(
    (each) => `    ghrunners rollback-runners --stack ${each}`,
  );
  const body = [
    `Newer versions of what \`${file}\` pins:`,
    "",
    "| what | now | new | due by | source |",
    "|---|---|---|---|---|",
    ...items.map(row),
    "",
    ...(notes.length === 0 ? [] : [...notes, ""]),
    "After the merge:",
    "",
    `- ${stack} takes it with its next update, the secondary first, and proves it`,
    ...followers.flatMap(followerLines),
    "",
    "The way back to the last known good settings is one command:",
    "",
    ...back,
    "",
    "`ghrunners upkeep --propose` made this pull request, and updates it as long as it is open. It does not touch a branch " +
      "to which someone else has added a commit.",
  ].join("\n");
  const again =
    `put such a token into a file, and: ghrunners upkeep --stack ${stack} --propose --token-file FILE; for upkeep.yml, ` +
    "into the secret UPKEEP_TOKEN of the environment upkeep (docs/how-to/upkeep.md)";
  const files = [{ path: file, content: Buffer.from(raised(text, file, findings)) }];
  return { branch: upkeepBranch(stack), title: `${stack}: ${what}`, body, files, again };
}
