import { adminRequest } from "@ghrunners/lab/admin";
import { socketOf } from "@ghrunners/lab/service";
import type { LabOptions } from "@ghrunners/lab/lifecycle";
import type { Stack } from "@ghrunners/cli/pulumi/stack";
import { seal } from "@ghrunners/lab/driver/seal";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";

/** A lab without machines for one test file, with a name of its own. */
export interface ApiOnlyLab {
  readonly rehearsal: Rehearsal;
  readonly stack: Stack;
  /** What a person with access would do in GitHub's settings. */
  overwriteSecret(environment: string, name: string, value: string): Promise<void>;
  /** SHA-256 of the value that arrived at GitHub. */
  fingerprint(environment: string, name: string): Promise<string>;
  /** When GitHub says that it was written, RFC 3339. */
  secretTime(environment: string, name: string): Promise<string>;
  /** GitHub's clock, RFC 3339 to the second. */
  clock(): string;
  close(): Promise<void>;
}

interface SecretProof {
  readonly secrets: readonly { readonly name: string; readonly updated_at: string; readonly sha256: string }[];
}

/**
 * @param suffix at most five letters; the instance is named after GHRUNNERS_LAB
 * @param proxmox makes another Proxmox VE of the usual one
 * @param github makes another GitHub of the usual one
 */
export async function apiOnlyLab(
  suffix: string,
  proxmox?: LabOptions["proxmox"],
  github?: LabOptions["github"],
): Promise<ApiOnlyLab> {
  const before = process.env.GHRUNNERS_LAB;
  process.env.GHRUNNERS_LAB = `${(before || "test").slice(0, 4)}-${suffix.slice(0, 5)}`;
  await Rehearsal.close();
  const rehearsal = await Rehearsal.open("api-only", { proxmox, github });
  const { octokit, repository } = rehearsal;
  const proof = async (environment: string, name: string) => {
    const socket = socketOf(rehearsal.lab.instance, "github");
    const { body } = await adminRequest(socket, "GET", `/_lab/secrets?environment=${environment}`);
    const found = (body as SecretProof).secrets.find((secret) => secret.name === name);
    if (found === undefined) throw new Error(`GitHub has no secret ${name} in ${environment}.`);
    return found;
  };
  return {
    rehearsal,
    fingerprint: async (environment, name) => (await proof(environment, name)).sha256,
    secretTime: async (environment, name) => (await proof(environment, name)).updated_at,
    clock: () => `${new Date().toISOString().slice(0, 19)}Z`,
    stack: rehearsal.stack,
    async overwriteSecret(environment_name, secret_name, value) {
      const { data } = await octokit.rest.actions.getEnvironmentPublicKey({ ...repository, environment_name });
      const encrypted_value = await seal(data.key, value);
      await octokit.rest.actions.createOrUpdateEnvironmentSecret({
        ...repository,
        environment_name,
        secret_name,
        encrypted_value,
        key_id: data.key_id,
      });
    },
    async close() {
      await Rehearsal.close();
      if (before === undefined) delete process.env.GHRUNNERS_LAB;
      else process.env.GHRUNNERS_LAB = before;
    },
  };
}
