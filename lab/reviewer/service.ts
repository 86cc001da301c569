/** The lab's reviewer as a service: the colleague who approves what waits for a reviewer. */
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { Instance } from "../instance";
import { ownerInWords, type RepositoryOwner, repositoryOf } from "../owner";
import { reviewerTokenFile } from "../secrets";
import { ensureService, stopService, type Service } from "../service";

/** The lab whose GitHub the reviewer looks at. */
interface ReviewedLab {
  readonly instance: Instance;
  readonly mode: "machines" | "api-only";
  readonly owner: RepositoryOwner;
  readonly githubUrl: string;
  readonly authority: string;
}

const offFile = ({ state }: Instance): string => path.join(state, "reviewer-off");

const serviceOf = ({ instance, mode, owner, githubUrl, authority }: ReviewedLab): Service => ({
  name: "reviewer",
  inNamespace: mode === "machines",
  ready: "process",
  command: [
    ...[process.execPath, "--import", "tsx", "lab/reviewer/main.ts", "--api", `${githubUrl}/api/v3`],
    ...["--repository", repositoryOf(owner).fullName, "--token-file", reviewerTokenFile(instance)],
  ],
  env: { NODE_EXTRA_CA_CERTS: authority },
});

/** Starts the reviewer of an organization's repository, unless it was sent away. A person's repository has none. */
export async function ensureReviewer(lab: ReviewedLab): Promise<void> {
  if (lab.owner === "person" || existsSync(offFile(lab.instance))) return;
  await ensureService(lab.instance, serviceOf(lab), projectRoot);
}

/**
 * Sends the reviewer away, or calls it back.
 * @throws Error where the repository is a person's: nothing waits for a reviewer there
 */
export async function setReviewer(lab: ReviewedLab, present: boolean): Promise<void> {
  const { instance, owner } = lab;
  if (owner === "person")
    throw new Error(
      `The lab "${instance.name}" has the private repository of ${ownerInWords[owner]}, where GitHub has no reviewers. ` +
        `Expected that of ${ownerInWords.organization}. Next: npm run lab -- down, then npm start -- --owner organization`,
    );
  if (present) {
    rmSync(offFile(instance), { force: true });
    await ensureReviewer(lab);
  } else {
    writeWhole(offFile(instance), "");
    await stopService(instance, "reviewer");
  }
}
