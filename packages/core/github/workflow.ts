/** A workflow run as GitHub shows it. Pure. */

export interface WorkflowRun {
  readonly id: number;
  readonly url: string;
  readonly status: string;
  readonly conclusion: string | undefined;
}

/** GitHub's answer. */
interface RawWorkflowRun {
  readonly id: number;
  readonly html_url: string;
  readonly status: string | null;
  readonly conclusion: string | null;
}

export const toWorkflowRun = ({ id, html_url: url, status, conclusion }: RawWorkflowRun): WorkflowRun => ({
  id,
  url,
  status: status ?? "unknown",
  conclusion: conclusion ?? undefined,
});
