/**
 * What a team has done once before its first deployment: a target, its release in the repository, secrets, the deploy
 * key.
 */
import { projectRoot } from "@ghrunners/core/project-root";
import { runProcess } from "@ghrunners/core/process";
import { blankOwner } from "../blank";
import { labUp } from "../lifecycle";
import { repositoryOf } from "../owner";
import { inside, type LabSession } from "../pulumi/session";
import { ensureLabStack } from "../pulumi/stack";
import { pushDemoApp } from "./push";

const DEPLOY_KEY = "DEPLOY_KEY";

/**
 * Boots the demo application's machine, pushes its release to the lab's repository, sets the secret that the gate reads
 * with, and makes the deploy key where the target does not let it in: a target is removed and made anew at will. In a
 * blank lab the user does the last two.
 * @throws Error in a lab without machines, or when a step fails
 */
export async function prepareDemoApp(session: LabSession, say: (line: string) => void): Promise<void> {
  const { lab } = session;
  if (lab.mode !== "machines")
    throw new Error("This lab has no machines, and so no deployment target. Expected root on Linux.");
  await labUp(lab.instance, { projectRoot, say, hosts: ["monitoring", "app"] });
  await ensureLabStack(session, say);
  await pushDemoApp(lab.instance);
  if (blankOwner(lab.instance) !== undefined) return;
  await runInside(session, ["tsx", "lab/demo-app/repository-secret.ts"], {
    url: lab.githubUrl,
    repository: repositoryOf(lab.owner).fullName,
    token: lab.secrets.githubToken,
    name: "RUNNER_VIEW_TOKEN",
    value: lab.secrets.exporterToken,
  });
  await letDeployKeyIn(session, say);
}

/** @param input on its standard input, for secrets @throws Error with its words when it fails */
async function runInside(session: LabSession, line: readonly string[], input?: object): Promise<string> {
  const options = { cwd: projectRoot, env: session.env, input: input && JSON.stringify(input) };
  const { code, stdout, all } = await runProcess(inside(session, line), options);
  if (code !== 0) throw new Error(`${line.join(" ")} failed:\n${all}`);
  return stdout;
}

/** `ghrunners rotate` when the key does not open every target. The deployment that follows is the proof by a job. */
async function letDeployKeyIn(session: LabSession, say: (line: string) => void): Promise<void> {
  const rotate = (flag: string): Promise<string> =>
    runInside(session, ["ghrunners", "rotate", DEPLOY_KEY, flag, "--proof", "ssh", "--json"]);
  const { opens } = JSON.parse(await rotate("--dry-run")) as { opens: boolean };
  if (opens) return;
  say(`Making the deploy key (ghrunners rotate ${DEPLOY_KEY} --apply)`);
  await rotate("--apply");
}
