import type { GitHubRoute } from "../http/message";
import type { Services } from "../services";
import type { JobQueue } from "../workflows/job-queue";
import { jobRoutes } from "./job-routes";
import { registrationRoutes } from "./registration";
import { sessionRoutes } from "./session-routes";

/** The lab's own protocol between the stand-in runner and the emulator; see messages.ts. */
export function runnerProtocolRoutes(services: Services, jobs: JobQueue): GitHubRoute[] {
  return [...registrationRoutes(services), ...sessionRoutes(services, jobs), ...jobRoutes(services, jobs)];
}
