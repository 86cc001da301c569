import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import { notFound } from "../http/errors";
import { plainRoute, type GitHubRoute } from "../http/message";
import { rest } from "../http/rest";
import type { Services } from "../services";
import type { RunRecord } from "../workflows/records";
import { findJob, findRun } from "./runs";

const actions = "/repos/{owner}/{repo}/actions";
const read = ["actions:read"] as const;
const linkLifetimeMs = 60_000;
/** The earliest date of a ZIP archive: an archive of the same files is always the same archive. */
const EARLIEST = new Date(1980, 0, 1);

/** Logs of jobs as text and of runs as an archive, both behind a link that is good for a minute, as at GitHub. */
export function logRoutes(services: Services): GitHubRoute[] {
  const { seed, store, logs } = services;
  // Links do not outlive the process.
  const key = randomBytes(32);
  const sign = (text: string): string => createHmac("sha256", key).update(text).digest("base64url");

  const redirect = (kind: "job" | "run", id: number, attempt: number) => {
    const path = `/_lab/logs/${kind}/${id}/${attempt}/${store.clock.now() + linkLifetimeMs}`;
    const location = `${seed.publicUrl}${path}/${sign(path)}`;
    return { status: 302 as const, body: undefined, headers: { location } };
  };
  const archive = (run: RunRecord, attempt: number): Buffer => {
    const files = store.state.actions.jobs
      .filter((job) => job.runId === run.id && job.runAttempt === attempt)
      .map((job, index): [string, Uint8Array] => [
        `${index}_${job.name.replace(/[^\w .()-]/g, "_")}.txt`,
        strToU8(logs.read(job.id) ?? ""),
      ]);
    return Buffer.from(zipSync(Object.fromEntries(files), { mtime: EARLIEST }));
  };

  return [
    rest(`GET ${actions}/jobs/{job_id}/logs`, read, ({ params }) => {
      const { id, runAttempt } = findJob(services, params.job_id);
      if (logs.read(id) === undefined) throw notFound();
      return redirect("job", id, runAttempt);
    }),
    rest(`GET ${actions}/runs/{run_id}/logs`, read, ({ params }) => {
      const { id, attempt } = findRun(services, params.run_id);
      return redirect("run", id, attempt);
    }),
    rest(`GET ${actions}/runs/{run_id}/attempts/{attempt_number}/logs`, read, ({ params }) =>
      redirect("run", findRun(services, params.run_id).id, Number(params.attempt_number)),
    ),
    plainRoute("GET", "/_lab/logs/{kind}/{id}/{attempt}/{expires}/{signature}", "public", (request) => {
      const { kind = "", id = "", attempt = "", expires = "", signature = "" } = request.params;
      const wanted = Buffer.from(sign(`/_lab/logs/${kind}/${id}/${attempt}/${expires}`));
      const given = Buffer.from(signature);
      const genuine = given.length === wanted.length && timingSafeEqual(given, wanted);
      if (!genuine || Number(expires) < store.clock.now()) throw notFound();
      if (kind === "run") {
        const body = archive(findRun(services, id), Number(attempt));
        return { status: 200, body, headers: { "content-type": "application/zip" } };
      }
      return {
        status: 200,
        body: logs.read(Number(id)) ?? "",
        headers: { "content-type": "text/plain; charset=utf-8" },
      };
    }),
  ];
}
