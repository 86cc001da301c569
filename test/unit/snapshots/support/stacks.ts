/** The graphs of the committed stacks, with fictional values for what is secret or not known yet. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { isSecretValue, plain, programGraph, type RegisteredResource } from "../../../support/pulumi-mocks";

const projectRoot = path.resolve(__dirname, "../../../..");
const PREFIX = "ghrunners:";
const HOST_KEY = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTI=";
const UNKNOWN_ADDRESS = "192.168.0.250";

/** Tokens that open nothing. */
export const placeholders = {
  proxmoxToken: "pulumi@pve!placeholder=00000000-0000-0000-0000-000000000000",
  githubToken: "placeholder-of-the-github-token",
  exporterToken: "placeholder-of-the-exporter-token",
  failoverToken: "placeholder-of-the-failover-token",
};

type Entry = Record<string, unknown>;
const entries = (value: unknown): Entry[] => (value as Entry[] | undefined) ?? [];

/** Fills in what the file leaves empty, because it is secret or has not been looked up yet. */
function complete(values: Entry, sshPrivateKey: string): Entry {
  const withKey = (entry: Entry): Entry => ({ ...entry, hostKey: entry.hostKey || HOST_KEY });
  const keys = entries(values.secrets).filter(({ source }) => (source as Entry).kind === "ssh-key");
  return {
    ...values,
    runners: entries(values.runners).map((entry) => ({ ...entry, address: entry.address || UNKNOWN_ADDRESS })),
    targets: entries(values.targets).map(withKey),
    ...(values.monitoring === undefined ? {} : { monitoring: withKey(values.monitoring as Entry) }),
    ...placeholders,
    sshPrivateKey,
    secretValues: Object.fromEntries(keys.map(({ name }) => [name, `placeholder-of-${String(name)}`])),
  };
}

const secretKeys = [...Object.keys(placeholders), "sshPrivateKey", "secretValues"];

/**
 * The envelope of an OpenSSH key with a public half of zeros and no private one: revisions are made from the public
 * half.
 */
function emptyKey(): string {
  const field = (content: string | Buffer): Buffer => {
    const bytes = Buffer.from(content);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const one = Buffer.from([0, 0, 0, 1]);
  const publicHalf = Buffer.concat([field("ssh-ed25519"), field(Buffer.alloc(32))]);
  const blob = [Buffer.from("openssh-key-v1\0"), field("none"), field("none"), field(""), one, field(publicHalf)];
  const label = (word: string): string => `-----${word} OPENSSH PRIVATE KEY-----`;
  return `${label("BEGIN")}\n${Buffer.concat(blob).toString("base64")}\n${label("END")}\n`;
}

/** A graph, and a reader of its inputs. */
export interface StackGraph {
  readonly resources: readonly RegisteredResource[];
  /**
   * The input of a resource as text: JSON with sorted keys, a string as it is. Secrets are the placeholders.
   * @param resource itself, or the name of one that is no component: a component and its only resource share a name
   */
  readonly input: (resource: string | RegisteredResource, name: string) => string;
}

/** Where the stacks' settings stand. */
const stackFiles = { production: "Pulumi.production.yaml", lab: "lab/stacks/Pulumi.lab.yaml" };

async function load(stack: keyof typeof stackFiles): Promise<StackGraph> {
  const file = parse(readFileSync(path.join(projectRoot, stackFiles[stack]), "utf8")) as { config: Entry };
  const own = Object.entries(file.config).filter(([key]) => key.startsWith(PREFIX));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice(PREFIX.length), value]));
  const resources = await programGraph(stack, complete(values, emptyKey()), secretKeys);
  const input: StackGraph["input"] = (resource, name) => {
    const found =
      typeof resource === "string"
        ? resources.find((one) => one.name === resource && !one.type.startsWith("ghrunners:"))
        : resource;
    if (found === undefined || found.inputs[name] === undefined) {
      const known = resources.map((one) => one.name).sort();
      const who = typeof resource === "string" ? resource : resource.urn;
      throw new Error(`Stack ${stack} has no ${name} of ${who}. Its resources: ${known.join(", ")}.`);
    }
    const value = sorted(plain(found.inputs[name]));
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return { resources, input };
}

/** The value with sorted keys; what is marked as a secret below the key `secret`. */
function sorted(value: unknown): unknown {
  if (isSecretValue(value)) return { secret: sorted(plain(value)) };
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

const loaded = new Map<string, Promise<StackGraph>>();

/** The graph of a committed stack; made once. */
export function stackGraph(stack: keyof typeof stackFiles): Promise<StackGraph> {
  const known = loaded.get(stack) ?? load(stack);
  loaded.set(stack, known);
  return known;
}
