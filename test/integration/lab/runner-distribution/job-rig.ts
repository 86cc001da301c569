import { until } from "@ghrunners/core/until";
import { ListenerRig, type RigOptions } from "./rig";

export const labels = "self-hosted,lab";
export const onLab = "runs-on: [self-hosted, LAB]";
export const workflow = (jobs: string, head = ""): string =>
  `name: Test\non:\n  workflow_dispatch:\n${head}jobs:\n${jobs}`;

/** A rig for each test of a file, and questions about the steps of its jobs. */
export class JobRig {
  rig!: ListenerRig;

  async start(workflows: Record<string, string>, options: Omit<RigOptions, "workflows"> = {}): Promise<ListenerRig> {
    this.rig = await ListenerRig.start({ workflows, ...options });
    return this.rig;
  }

  inProgress(runId: number, name: string, step: string): Promise<boolean> {
    return until(`${name}: ${step} runs`, 10_000, () =>
      this.rig.job(runId, name).steps.some((known) => known.name === step && known.status === "in_progress"),
    );
  }

  steps(runId: number, name: string): string[] {
    return this.rig.job(runId, name).steps.map((step) => `${step.name}: ${step.conclusion}`);
  }
}
