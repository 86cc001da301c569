/** Jobs at the lab's GitHub, started by hand and followed to their end. */
import { until } from "@ghrunners/core/until";
import type { Rehearsal } from "./rehearsal";

export interface JobStart {
  /** File of the workflow. */
  readonly workflow: string;
  /** Its inputs; `proof` is in the run's title and in no other's. */
  readonly inputs: Readonly<Record<string, string>> & { readonly proof: string };
}

/** How a job ended. */
export interface EndedJob {
  readonly runner: string | null;
  readonly conclusion: string | null;
  readonly log: string;
}

/** The smoke job, for runners that have one more label than all. @param label such as `primary` */
export const smokeJob = (label: string, proof: string): JobStart => ({
  workflow: "runner-smoke.yml",
  inputs: { labels: JSON.stringify(["self-hosted", "linux", "x64", "lab", label]), proof },
});

export async function startJob({ octokit, repository }: Rehearsal, { workflow, inputs }: JobStart): Promise<void> {
  await octokit.rest.actions.createWorkflowDispatch({ ...repository, workflow_id: workflow, ref: "main", inputs });
}

/** Starts a workflow with one job. @returns once the run is over @throws Error after 90 s */
export async function runJob(rehearsal: Rehearsal, start: JobStart): Promise<EndedJob> {
  const { octokit, repository } = rehearsal;
  const { proof } = start.inputs;
  await startJob(rehearsal, start);
  const run = await until(`the run ${proof} is completed`, 90_000, async () => {
    const { data } = await octokit.rest.actions.listWorkflowRunsForRepo(repository);
    return data.workflow_runs.find((entry) => entry.display_title.includes(proof) && entry.status === "completed");
  });
  const { data } = await octokit.rest.actions.listJobsForWorkflowRun({ ...repository, run_id: run.id });
  const [job] = data.jobs;
  if (job === undefined) throw new Error(`The run ${run.html_url} has no job. Expected one.`);
  return { runner: job.runner_name, conclusion: job.conclusion, log: await rehearsal.jobLog(job.id) };
}

/**
 * Makes the next job on a runner last: it waits in its first hook, whose policy file root of the machine can change.
 * @returns lets the job go on
 */
export async function holdJobs(
  rehearsal: Rehearsal,
  { vmId }: { readonly vmId: number },
): Promise<() => Promise<void>> {
  const policy = "/etc/ghrunners/job-policy.env";
  const onMachine = (script: string): Promise<string> => rehearsal.inMachine(vmId, "sh", "-c", script);
  await onMachine(
    `cp -p ${policy} /run/policy && touch /run/hold && echo 'while [[ -e /run/hold ]]; do sleep 0.1; done' >>${policy}`,
  );
  return async () => void (await onMachine(`cp -p /run/policy ${policy}; rm -f /run/hold /run/policy`));
}
