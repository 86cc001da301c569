/**
 * Runs the program, or components by themselves, against Pulumi's mocks and returns the graph that was registered.
 */
import * as pulumi from "@pulumi/pulumi";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** A resource as the engine would have been asked to register it. */
export interface RegisteredResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Short names (`type::name`) of what it waits for, its parent left out. */
  readonly dependencies: readonly string[];
  readonly parent: string;
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly hooks: readonly string[];
  /** Name of the explicit provider; empty where there is none. */
  readonly provider: string;
  readonly urn: string;
}

/** How Pulumi marks a secret on the wire. Source: @pulumi/pulumi runtime/rpc, specialSecretSig. */
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const shortName = (urn: string): string => urn.split("::").slice(-1)[0] ?? urn;

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getProtect(): boolean;
  getDeletebeforereplace(): boolean;
  getDependenciesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> };
  getHooks(): { toObject(): Record<string, string[]> } | undefined;
}

interface Monitor {
  registerResource(request: RegisterRequest, callback: unknown): unknown;
  registerResourceHook?: unknown;
  registerErrorHook?: unknown;
}

/** Whether a value of a request is marked as a secret. */
export function isSecretValue(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).includes(SECRET_SIGNATURE);
}

/** The inner value of a secret, the value itself otherwise. */
export function plain(value: unknown): unknown {
  return isSecretValue(value) ? (value as { value: unknown }).value : value;
}

/** How a graph is made. */
export interface MockOptions {
  /** @default "test" */
  readonly stack?: string;
  /** Whether it is a preview, in which a resource's outputs are unknown unless `outputs` has them. @default false */
  readonly preview?: boolean;
  /** What a resource of a type has beside its inputs. */
  readonly outputs?: (type: string) => object;
}

/**
 * What code registers.
 * @param make makes resources
 * @throws what `make` throws
 */
export async function graphOf(
  make: () => void,
  { stack = "test", preview = false, outputs = outputsOf }: MockOptions = {},
): Promise<RegisteredResource[]> {
  const registered: RegisteredResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs, type }) => ({
        id: `${name}-id`,
        state: { ...(inputs as object), ...outputs(type) },
      }),
      call: ({ token }) => {
        throw new Error(`The program calls ${token}, which no test expects.`);
      },
    },
    "ghrunners",
    stack,
    preview,
    "organization",
  );
  // Public in Pulumi's JavaScript; the types of the real monitor do not fit the mock.
  const runtime = pulumi.runtime as unknown as { getMonitor(): Monitor; disconnect(): Promise<void> };
  const monitor = runtime.getMonitor();
  // Pulumi's mock monitor knows no hooks yet.
  const accept = (_request: unknown, callback: (error: null, reply: object) => void): void => callback(null, {});
  monitor.registerResourceHook = accept;
  monitor.registerErrorHook = accept;
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    registered.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject().toJavaScript(),
      dependencies: request.getDependenciesList().map(shortName),
      parent: shortName(request.getParent()),
      protect: request.getProtect(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      hooks: Object.values(request.getHooks()?.toObject() ?? {}).flat(),
      // A reference is the provider's URN and its id.
      provider: shortName(request.getProvider().split("::").slice(0, -1).join("::")),
      urn: `${request.getType()}::${request.getName()}`,
    });
    return original(request, callback);
  };
  // Pulumi's SDK writes a stack trace for each promise: with source maps that takes two thirds of the time of a graph.
  process.setSourceMapsEnabled(false);
  try {
    make();
  } finally {
    await runtime.disconnect();
    process.setSourceMapsEnabled(true);
  }
  return registered;
}

/**
 * The graph of this repository's program.
 * @param config configuration by key without the project's prefix; structured values as objects
 * @param secretKeys keys that are stored as secrets
 * @param outputs what a resource of a type has beside its inputs
 */
export function programGraph(
  stack: string,
  config: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[],
  outputs: (type: string) => object = outputsOf,
): Promise<RegisteredResource[]> {
  const values = Object.entries(config).map(([key, value]) => [
    `ghrunners:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return graphOf(
    () => {
      pulumi.runtime.setAllConfig(
        Object.fromEntries(values) as Record<string, string>,
        secretKeys.map((key) => `ghrunners:${key}`),
      );
      // The program reads its configuration when it is loaded.
      for (const file of ["index.ts", "config/load.ts"]) delete require.cache[path.join(projectRoot, file)];
      require(path.join(projectRoot, "index.ts"));
    },
    { stack, outputs },
  );
}

/** Finds a resource by name: the one that is no component where a component and its only resource share it. */
export function finder(graph: readonly RegisteredResource[]): (name: string) => RegisteredResource {
  return (name) => {
    const named = graph.filter((resource) => resource.name === name);
    const found = named.find(({ type }) => !type.startsWith("ghrunners:")) ?? named[0];
    if (found === undefined) throw new Error(`${name} is not among ${graph.map((one) => one.name).join(", ")}`);
    return found;
  };
}

/** Names of the resources that show a text outside of what is marked as secret. */
export function showing(graph: readonly RegisteredResource[], text: string): string[] {
  const open = (inputs: unknown): string =>
    JSON.stringify(inputs, (_key, value: unknown) => (isSecretValue(value) ? "[secret]" : value));
  return graph.filter(({ inputs }) => open(inputs).includes(text)).map(({ name }) => name);
}

function outputsOf(type: string): object {
  if (type === "proxmoxve:index/vmLegacy:VmLegacy") return { networkDevices: [{ macAddress: "BC:24:11:00:00:01" }] };
  if (type === "command:local:Command") return { stdout: "ecdsa-sha2-nistp256 AAAA" };
  if (type === "command:remote:Command") return { stdout: "runner 2.336.0, configuration 000000000000" };
  if (type.endsWith(":Registration") || type.endsWith(":RegisteredRunner"))
    return { runnerId: 7, runningVersion: "2.336.0" };
  if (type === "pulumi:pulumi:StackReference") return { outputs: {} };
  if (type.endsWith(":RunnerRelease"))
    return { version: "2.336.0", url: "https://mirror.example/a.tar.gz", sha256: "0".repeat(64) };
  return {};
}
