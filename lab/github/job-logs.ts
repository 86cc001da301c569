import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** What jobs printed, one file each. The writer masks secrets before it calls `append`. */
export class JobLogs {
  private readonly folder: string;

  constructor(stateFolder: string) {
    this.folder = path.join(stateFolder, "job-logs");
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  append(jobId: number, text: string): void {
    appendFileSync(this.file(jobId), text, { mode: 0o600 });
  }

  /** Undefined when the job has printed nothing yet. */
  read(jobId: number): string | undefined {
    return existsSync(this.file(jobId)) ? readFileSync(this.file(jobId), "utf8") : undefined;
  }

  private file(jobId: number): string {
    return path.join(this.folder, `${jobId}.log`);
  }
}
