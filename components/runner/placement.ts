/** Where the machines of a pool are created: each on its node, from the template there. Pure. */
import { isPlain } from "../arguments";
import type { PlacementArgs } from "./machine-settings";
import type { RunnerIdentityArgs } from "./settings";

type OfRunner = Pick<RunnerIdentityArgs, "node" | "templateId">;

/** The placement of one runner: the environment's, except for what the runner has otherwise. */
export const placementOf = <P extends PlacementArgs>(proxmox: P, { node, templateId }: OfRunner): P => ({
  ...proxmox,
  node: node ?? proxmox.node,
  templateId: templateId ?? proxmox.templateId,
});

/** Runners that are cloned from the same template on the same node. */
export interface SharedPlacement<T> {
  /** Ends the name of the resource that checks the template; empty for the environment's own. */
  readonly suffix: string;
  readonly runners: readonly [T, ...T[]];
}

/** Groups runners by where they differ from the environment, in the order in which they are listed. */
export function byPlacement<T extends OfRunner>(runners: readonly T[]): SharedPlacement<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const runner of runners) {
    // The number of a template that the program makes is known only later; there the node alone tells the groups apart.
    const templateId = runner.templateId !== undefined && isPlain(runner.templateId) ? runner.templateId : undefined;
    const parts = [runner.node, templateId].filter((part) => part !== undefined);
    const suffix = parts.map((part) => `-${part}`).join("");
    const group = groups.get(suffix);
    if (group === undefined) groups.set(suffix, [runner]);
    else group.push(runner);
  }
  return [...groups].map(([suffix, members]) => ({ suffix, runners: members }));
}

/**
 * The templates that runners have on other nodes, by node, in the shape of the configuration; `{}` if there are none.
 * Those that are known only later are made of an image, and are no setting.
 */
export function templatesOf(runners: readonly OfRunner[]): { readonly templates?: Readonly<Record<string, number>> } {
  const others = runners.flatMap(({ node, templateId }) =>
    node === undefined || templateId === undefined || !isPlain(templateId) ? [] : [[node, templateId] as const],
  );
  others.sort(([one], [other]) => (one < other ? -1 : 1));
  return others.length === 0 ? {} : { templates: Object.fromEntries(others) };
}
