/**
 * Reads the user's own programs, the stack, its configuration and its state. Starts only reading commands of Pulumi.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "@ghrunners/core/project-root";
import { readResources } from "../drift/drift";
import { stackState } from "../drift/state";
import { currentStack, pulumiProcess, type Stack } from "../pulumi/stack";
import { configurationOf } from "../settings";
import type { Fact, OwnFacts } from "./facts";
import { within } from "./read";

const read = (file: string): string => readFileSync(path.join(projectRoot, file), "utf8");

/** The oldest versions that the project allows. */
function needed(): { node: string; pulumi: string } {
  const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
  const { requiredPulumiVersion } = parse(read("Pulumi.yaml")) as { requiredPulumiVersion: string };
  const number = (range: string): string => range.replace(/^[^\d]*/, "");
  return { node: number(engines.node), pulumi: number(requiredPulumiVersion) };
}

/** The same failure, as a fact of another kind. */
const failureOf = (fact: Fact<unknown>): { readonly error: string } => ("error" in fact ? fact : { error: "" });

/** @param named stack name; undefined: the selected one */
export async function observeOwn(named: string | undefined, limitMs: number): Promise<OwnFacts> {
  const signal = AbortSignal.timeout(limitMs);
  const where = { projectRoot, env: process.env, signal };
  const oldest = needed();
  const ofStack = async <T>(stack: Fact<Stack>, what: string, work: (stack: Stack) => Promise<T>): Promise<Fact<T>> =>
    "value" in stack ? within(limitMs, what, () => work(stack.value)) : failureOf(stack);
  const selected = within(limitMs, "pulumi stack", () => currentStack(named, process.env, signal));
  const [seen, stack, configuration, state] = await Promise.all([
    within(limitMs, "pulumi version", async () =>
      (await pulumiProcess(["version"], where)).stdout.trim().replace(/^v/, ""),
    ),
    selected,
    selected.then((found) => ofStack(found, "pulumi config", configurationOf)),
    selected.then((found) =>
      ofStack(found, "pulumi stack export", async (each) => {
        const resources = await readResources(each);
        return { resources: resources.length, made: stackState(resources) };
      }),
    ),
  ]);
  return {
    node: { seen: process.versions.node, needed: oldest.node },
    pulumi: { seen, needed: oldest.pulumi },
    stack: "value" in stack ? { value: stack.value.name } : stack,
    configuration,
    state,
  };
}
