import { z } from "zod";
import { tokenOf } from "../http/authorize";
import { parseBody } from "../http/body";
import { badCredentials, conflict } from "../http/errors";
import { type ApiRequest, noContent, plainRoute, type GitHubReply, type GitHubRoute } from "../http/message";
import type { Services } from "../services";
import type { JobQueue } from "../workflows/job-queue";
import { runnerOf } from "./access";
import { type JobReportReply, protocolRoot } from "./messages";

const step = z.object({
  number: z.number().int().positive(),
  name: z.string(),
  status: z.enum(["queued", "in_progress", "completed"]),
  conclusion: z.enum(["success", "failure", "cancelled", "skipped", "timed_out"]).nullable(),
  startedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
});
const report = z.object({ steps: z.array(step) });
const logPart = z.object({ offset: z.number().int().min(0), text: z.string() });
const completion = z.object({
  conclusion: z.enum(["success", "failure", "cancelled", "timed_out"]),
  steps: z.array(step),
  outputs: z.record(z.string(), z.string()),
  environmentUrl: z.string(),
  annotations: z.array(z.string()),
  summary: z.string(),
});

/** What happens between a worker and the server about one job. */
export function jobRoutes(services: Services, jobs: JobQueue): GitHubRoute[] {
  const idOf = (request: ApiRequest): number => Number(request.params.job_id);

  /** @throws GitHubApiError 401 when the job is over or was never handed to the sender */
  const own = (request: ApiRequest): number => {
    const token = tokenOf(request.headers.authorization);
    const id = idOf(request);
    if (token === undefined || !jobs.accepts(id, token)) throw badCredentials();
    return id;
  };

  const appendLog = (request: ApiRequest): GitHubReply => {
    const id = own(request);
    const { offset, text } = parseBody(logPart, request.body);
    const known = Buffer.byteLength(services.logs.read(id) ?? "");
    if (offset > known) throw conflict(`The log has ${known} bytes, this part begins at ${offset}.`);
    const fresh = Buffer.from(text)
      .subarray(known - offset)
      .toString("utf8");
    if (fresh !== "") services.logs.append(id, fresh);
    return noContent;
  };

  return [
    plainRoute("POST", `${protocolRoot}/job/{job_id}/acquire`, "own", (request) => {
      const runner = runnerOf(services, request);
      const message = jobs.acquire(runner.id, idOf(request));
      if (message === undefined) throw conflict("The job is not, or no longer, this runner's.");
      return { status: 200, body: message };
    }),
    plainRoute("PUT", `${protocolRoot}/job/{job_id}`, "own", (request) => {
      const cancelRequested = jobs.report(own(request), parseBody(report, request.body).steps);
      const reply: JobReportReply = { cancelRequested };
      return { status: 200, body: reply };
    }),
    plainRoute("POST", `${protocolRoot}/job/{job_id}/log`, "own", appendLog),
    plainRoute("POST", `${protocolRoot}/job/{job_id}/complete`, "own", (request) => {
      jobs.complete(own(request), parseBody(completion, request.body));
      return noContent;
    }),
  ];
}
