/**
 * Sets a repository secret that is not there yet, as a team does by hand once (docs/how-to/workflows.md). Runs inside
 * the lab; what to set arrives on standard input, so that it is in no argument list.
 */
import { text } from "node:stream/consumers";
import sodium from "libsodium-wrappers";
import { GitHubClient } from "@ghrunners/core/github/client";

interface Wanted {
  readonly url: string;
  /** `OWNER/NAME`. */
  readonly repository: string;
  readonly token: string;
  readonly name: string;
  readonly value: string;
}

interface Secrets {
  readonly secrets: { readonly name: string }[];
}

async function main(): Promise<void> {
  const { url, repository: fullName, token, name, value } = JSON.parse(await text(process.stdin)) as Wanted;
  const client = new GitHubClient({ url, fullName }, token);
  const known = await client.list("list the secrets", "/actions/secrets", {}, (raw: Secrets) => raw.secrets);
  if (known.some((secret) => secret.name === name)) return;
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
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
