/**
 * Keeps what is known about the host's updates up to date.
 */
import path from "node:path";
import type { Sample } from "@ghrunners/metrics-server/samples";
import { UPDATES_FILE } from "@ghrunners/core/vocabulary/patch";
import { StateFile } from "@ghrunners/metrics-server/state-file";
import { readInstalled, readInstalledAt, readRebootRequired, readSources, readUpdates, refreshLists } from "./apt";
import { evaluateUpdates, pendingSince, updateFile, type UpdateFile, type UpdateState } from "./updates";

const seconds = (): number => Date.now() / 1000;

export class UpdateWatch {
  private readonly file: StateFile<UpdateFile>;
  private readonly folder: string;
  private known: UpdateFile;
  private reboot: boolean | undefined;
  private installedAt: number | undefined;
  private hasLooked = false;

  /**
   * @param stateFolder what is known survives a restart in it; the package lists are kept below it
   * @param refreshSeconds time between two downloads of the package lists
   */
  constructor(
    stateFolder: string,
    private readonly refreshSeconds: number,
    say: (line: string) => void,
  ) {
    this.folder = path.join(stateFolder, "apt");
    this.file = new StateFile<UpdateFile>(path.join(stateFolder, UPDATES_FILE), updateFile, say);
    this.known = this.file.read() ?? {};
  }

  /**
   * Reads the updates, if the lists are old, packages were installed or the sources have changed.
   * @throws Error if apt does not answer
   */
  async lookAtUpdates(): Promise<void> {
    try {
      const [installed, sources] = await Promise.all([readInstalled(), readSources()]);
      const before = this.known.updates;
      const now = seconds();
      const age = before === undefined ? Infinity : now - before.refreshedAt;
      // A negative age: the clock was ahead.
      const isOld = age >= this.refreshSeconds || age < 0 || sources !== before?.sources;
      if (!isOld && installed === before.installed) return;
      if (isOld) await refreshLists(this.folder);
      const pending = pendingSince(await readUpdates(this.folder), before?.pending ?? [], now);
      const refreshedAt = isOld ? now : before.refreshedAt;
      this.keep({ updates: { refreshedAt, installed, sources, pending } });
    } finally {
      this.hasLooked = true;
    }
  }

  /** Cheap: whether a restart is required, and when the machine was last patched. */
  async lookAtRestart(): Promise<void> {
    this.reboot = undefined;
    [this.reboot, this.installedAt] = await Promise.all([readRebootRequired(), readInstalledAt()]);
    this.keep({ rebootSince: this.reboot === true ? (this.known.rebootSince ?? seconds()) : undefined });
  }

  /** Empty before the first look: what was not tried yet is not reported as unknown. */
  samples(): Sample[] {
    const { updates, rebootSince } = this.known;
    if (updates === undefined && !this.hasLooked) return [];
    const reboot = this.reboot === undefined ? undefined : { required: this.reboot, since: rebootSince };
    return evaluateUpdates(updates, reboot, this.installedAt, seconds());
  }

  private keep(change: Partial<{ updates: UpdateState; rebootSince: number | undefined }>): void {
    this.known = { ...this.known, ...change };
    this.file.write(this.known);
  }
}
