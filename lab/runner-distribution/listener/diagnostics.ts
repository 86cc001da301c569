import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";

const pageBytes = 8 * 2 ** 20;
const dayMs = 24 * 3_600_000;

/** Log files under _diag: pages of 8 MB, kept for 30 days (RUNNER_LOGRETENTION in days), as GitHub's runner does. */
export class Diagnostics {
  private file = "";
  private written = 0;

  /** @param kind `Runner` or `Worker`; begins the names of the files */
  constructor(
    private readonly root: string,
    private readonly kind: string,
    private readonly now: () => Date = () => new Date(),
  ) {
    mkdirSync(this.folder, { recursive: true });
    this.turnPage();
    this.removeOld();
  }

  private get folder(): string {
    return path.join(this.root, "_diag");
  }

  info(source: string, message: string): void {
    this.write("INFO", source, message);
  }

  warning(source: string, message: string): void {
    this.write("WARN", source, message);
  }

  error(source: string, message: string): void {
    this.write("ERR ", source, message);
  }

  private write(level: string, source: string, message: string): void {
    const line = `[${this.stamp()}Z ${level} ${source}] ${message}\n`;
    if (this.written + line.length > pageBytes) this.turnPage();
    this.written += line.length;
    appendFileSync(this.file, line, { mode: 0o644 });
  }

  private stamp(): string {
    return this.now().toISOString().replace("T", " ").slice(0, 19);
  }

  private turnPage(): void {
    const stamp = this.now().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
    this.file = path.join(this.folder, `${this.kind}_${stamp}-utc.log`);
    this.written = 0;
  }

  private removeOld(): void {
    const days = Number(process.env.RUNNER_LOGRETENTION) || 30;
    for (const name of readdirSync(this.folder).filter((entry) => entry.startsWith(`${this.kind}_`))) {
      const file = path.join(this.folder, name);
      if (this.now().getTime() - statSync(file).mtimeMs > days * dayMs) rmSync(file, { force: true });
    }
  }
}
