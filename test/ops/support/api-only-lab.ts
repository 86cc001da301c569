import type { Stack } from "../../../ops/pulumi/stack";
import { seal } from "../../lab/github/support/seal";
import { Rehearsal } from "../../rehearsal/support/rehearsal";

/** A lab without machines for one test file, with a name of its own. */
export interface ApiOnlyLab {
  readonly rehearsal: Rehearsal;
  readonly stack: Stack;
  /** What a person with access would do in GitHub's settings. */
  overwriteSecret(environment: string, name: string, value: string): Promise<void>;
  close(): Promise<void>;
}

/** @param suffix at most five letters; the instance is named after GHRUNNERS_LAB */
export async function apiOnlyLab(suffix: string): Promise<ApiOnlyLab> {
  const before = process.env.GHRUNNERS_LAB;
  process.env.GHRUNNERS_LAB = `${(before || "test").slice(0, 4)}-${suffix.slice(0, 5)}`;
  await Rehearsal.close();
  const rehearsal = await Rehearsal.open("api-only");
  const { octokit, repository } = rehearsal;
  return {
    rehearsal,
    stack: { name: "lab", engine: rehearsal.engine, lab: rehearsal.lab },
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
