import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { owner, repo, type TestEmulator } from "@ghrunners/lab/driver/emulator";
import { seal } from "@ghrunners/lab/driver/seal";
import { projectRoot } from "@ghrunners/core/project-root";

/**
 * Gives the emulator's repository the project's own reusable workflows, as they are, and what their gate asks for.
 * @param caller text of release.yml, the workflow that calls deploy.yml
 * @returns the folder .github of the repository, and the operator's client
 */
export async function deployingRepository(
  emulator: TestEmulator,
  caller: string,
): Promise<{ folder: string; operator: Awaited<ReturnType<TestEmulator["client"]>> }> {
  const folder = path.join(emulator.folder, ".github");
  mkdirSync(path.join(folder, "scripts"));
  for (const file of ["workflows/deploy.yml", "workflows/runner-gate.yml", "scripts/runner-gate.mjs"])
    copyFileSync(path.join(projectRoot, ".github", file), path.join(folder, file));
  writeFileSync(path.join(folder, "workflows/release.yml"), caller);
  const operator = await emulator.client();
  const { data: key } = await operator.actions.getRepoPublicKey({ owner, repo });
  await operator.actions.createOrUpdateRepoSecret({
    ...{ owner, repo, secret_name: "RUNNER_VIEW_TOKEN", key_id: key.key_id },
    encrypted_value: await seal(key.key, "operator-token"),
  });
  return { folder, operator };
}
