/** Sets the repository secret that a team sets by hand once (docs/workflows.md), in the laboratory's repository. */
import sodium from "libsodium-wrappers";
import { GitHubClient } from "@ghrunners/core/github/client";
import type { Repository } from "@ghrunners/core/github/repository";
import { worker } from "../inside";

export interface LabSecretInput {
  readonly repository: Repository;
  readonly token: string;
  readonly name: string;
  readonly value: string;
}

worker(async ({ repository, token, name, value }: LabSecretInput): Promise<"there" | "set"> => {
  const client = await GitHubClient.open(repository, token);
  const known = await client.call("list the secrets", (octokit, names) =>
    octokit.rest.actions.listRepoSecrets({ ...names, per_page: 100 }),
  );
  if (known.secrets.some((secret) => secret.name === name)) return "there";
  const { key, key_id } = await client.call("read the repository's public key", (octokit, names) =>
    octokit.rest.actions.getRepoPublicKey(names),
  );
  await sodium.ready;
  const sealed = sodium.crypto_box_seal(value, new Uint8Array(Buffer.from(key, "base64")));
  await client.call("set a secret", (octokit, names) =>
    octokit.rest.actions.createOrUpdateRepoSecret({
      ...names,
      secret_name: name,
      key_id,
      encrypted_value: Buffer.from(sealed).toString("base64"),
    }),
  );
  return "set";
});
