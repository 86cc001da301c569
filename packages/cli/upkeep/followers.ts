/** Which stacks take what another one has proved, and what their files pin on their own. Pure. */
import { parseStackDocument, settingsIn } from "../pulumi/stack-document";
import type { UpkeepFinding, UpkeepReport } from "./finding";

/** Texts of stack files by name, such as `Pulumi.staging.yaml`. */
export type StackFiles = Readonly<Record<string, string>>;
export type Follower = UpkeepReport["followers"][number];

const STACK_FILE = /^Pulumi\.([\w.-]+)\.yaml$/;

export const isStackFile = (name: string): boolean => STACK_FILE.test(name);

interface Followed {
  readonly promotion?: { readonly from?: string };
  readonly agent?: Readonly<Record<string, unknown>>;
  readonly proxmox?: { readonly image?: object };
}

/** `organization/project/staging` is the file of `staging`. */
const nameOf = (stack: string): string => stack.split("/").at(-1) ?? stack;

/**
 * @param findings of the stack; what is newer there must be raised by hand in each file that pins it
 * @throws Error that names a file that is not YAML
 */
export function followersOf(files: StackFiles, stack: string, findings: readonly UpkeepFinding[]): Follower[] {
  const changed = findings.flatMap(({ item, settings }) => (settings === undefined ? [] : [item.what]));
  return Object.entries(files).flatMap(([file, text]) => {
    const { promotion, agent, proxmox } = settingsIn(parseStackDocument(text, file)) as Followed;
    const [, name = ""] = STACK_FILE.exec(file) ?? [];
    if (name === "" || nameOf(promotion?.from ?? "") !== stack) return [];
    const pins = [
      ...(changed.includes("runner") && agent?.version !== undefined ? ["agent.version"] : []),
      ...(changed.includes("image") && proxmox?.image !== undefined ? ["proxmox.image"] : []),
    ];
    return [{ stack: name, pins }];
  });
}
