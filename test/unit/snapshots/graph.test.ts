import { createHash } from "node:crypto";
import { isSecretValue, type RegisteredResource } from "../../support/pulumi-mocks";
import { expectNoOtherFiles, expectSnapshot, expectSnapshots } from "./support/snapshot";
import { type StackGraph, stackGraph } from "./support/stacks";
import { readableJson } from "./support/text";

/** A longer input is shown by its digest. */
const SHOWN = 140;
/** Inputs that change with every edit of a program that they install, or have a golden file of their own. */
const notShown: Readonly<Record<string, string>> = {
  __provider: "see providers.txt",
  bundle: "digest of the exporter's program",
  refusals: "judged by what the checkout and other stacks hold",
  commit: "the checkout's",
};

/** The URN without its first part, which names the stack and the project. */
function urnOf(resource: RegisteredResource, all: readonly RegisteredResource[]): string {
  const types = [resource.type];
  let parent = all.find(({ name }) => name === resource.parent);
  while (parent !== undefined) {
    types.unshift(parent.type);
    const next: string = parent.parent;
    parent = all.find(({ name }) => name === next);
  }
  return `${types.join("$")}::${resource.name}`;
}

function shownInput(text: string): string {
  if (text.length <= SHOWN && !text.includes("\n")) return text;
  return `(${text.length} characters, sha256 ${createHash("sha256").update(text).digest("hex").slice(0, 16)})`;
}

function describeResource(resource: RegisteredResource, { resources, input }: StackGraph): string {
  const { inputs, dependencies, protect, deleteBeforeReplace, hooks } = resource;
  const options = [
    ...(protect ? ["protected"] : []),
    ...(deleteBeforeReplace ? ["deleted before it is replaced"] : []),
    ...[...new Set(hooks)].sort().map((hook) => `hook ${hook}`),
  ];
  return [
    urnOf(resource, resources),
    ...(options.length > 0 ? [`  options: ${options.join(", ")}`] : []),
    ...(dependencies.length > 0 ? [`  waits for: ${[...dependencies].sort().join(", ")}`] : []),
    ...Object.keys(inputs)
      .filter((key) => inputs[key] !== undefined && inputs[key] !== null)
      .sort()
      .map((key) => {
        const mark = isSecretValue(inputs[key]) ? "(secret) " : "";
        return `  ${key} = ${mark}${notShown[key] ?? shownInput(input(resource, key))}`;
      }),
    "",
  ].join("\n");
}

function describeGraph(graph: StackGraph): string {
  return graph.resources
    .map((resource) => describeResource(resource, graph))
    .sort()
    .join("\n");
}

describe("snapshot of the program's resources", function () {
  this.timeout(60_000);

  for (const stack of ["production", "lab"] as const) {
    it(`${stack}: the same resources with the same URNs, options and inputs`, async () => {
      expectSnapshot(`graph/${stack}.txt`, describeGraph(await stackGraph(stack)));
    });
  }

  it("dynamic resources find their implementation by the same text", async () => {
    const { resources } = await stackGraph("lab");
    const texts = resources
      .filter(({ inputs }) => inputs.__provider !== undefined)
      .map(({ type, inputs }) => `${type}\n  ${String(inputs.__provider)}\n`);
    expectSnapshot("graph/providers.txt", [...new Set(texts)].sort().join("\n"));
  });

  it("a runner's machine has the same hardware, first user, addresses and firewall", async () => {
    const { resources, input } = await stackGraph("production");
    const texts = ["vm", "rules", "firewall"].map(async (part) => {
      const name = part === "vm" ? "runners-primary-vm" : `runners-primary-vm-${part}`;
      const inputs =
        resources.find((resource) => resource.name === name && !resource.type.startsWith("ghrunners:"))?.inputs ?? {};
      const present = Object.keys(inputs).filter((key) => inputs[key] !== undefined && inputs[key] !== null);
      const values = Object.fromEntries(present.sort().map((key) => [key, value(input(name, key))]));
      return [`graph/machine-${part}.json`, await readableJson(JSON.stringify(values))] as const;
    });
    expectSnapshots(await Promise.all(texts));
  });

  it("every golden file of graph.test.ts is asked for by a test", () => expectNoOtherFiles("graph"));
});

/** Texts that are JSON as what they say, others as they are. */
function value(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
