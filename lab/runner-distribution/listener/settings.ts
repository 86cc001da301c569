import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const byteOrderMark = "\uFEFF";
const migrated = ".runner_migrated";
const migratedCredentials = ".credentials_migrated";

/** `.runner`, with GitHub's names (camel case in the file). */
export interface ListenerSettings {
  readonly agentId: number;
  readonly agentName: string;
  readonly disableUpdate: boolean;
  readonly ephemeral: boolean;
  readonly poolId: number;
  readonly poolName: string;
  readonly serverUrl: string;
  readonly gitHubUrl: string;
  readonly workFolder: string;
  readonly useV2Flow: boolean;
  readonly useRunnerAdminFlow: boolean;
  readonly serverUrlV2: string;
}

/** The files that make a folder a configured runner. */
export class SettingsFolder {
  constructor(readonly root: string) {}

  private file(name: string): string {
    return path.join(this.root, name);
  }

  get isConfigured(): boolean {
    return existsSync(this.file(".runner")) || existsSync(this.file(migrated));
  }

  get hasService(): boolean {
    return existsSync(this.file(".service"));
  }

  /** `.runner` comes last: where it is, the credentials are too. */
  write(settings: ListenerSettings, clientId: string, credential: string): void {
    const json = (value: unknown) => `${byteOrderMark}${JSON.stringify(value, undefined, 2)}`;
    const data = { clientId, authorizationUrl: `${settings.serverUrl}/session`, requireFipsCryptography: "True" };
    // GitHub's runner keeps an RSA key here; the lab's protocol has one secret instead.
    writeFileSync(this.file(".credentials_rsaparams"), json({ labCredential: credential }), { mode: 0o600 });
    writeFileSync(this.file(".credentials"), json({ scheme: "OAuth", data }), { mode: 0o600 });
    writeFileSync(this.file(".runner"), json(settings));
  }

  /**
   * The settings that GitHub moved the runner to come first. Source: actions/runner, Runner.cs and
   * ConfigurationStore.cs.
   */
  read(): ListenerSettings {
    return this.parse(existsSync(this.file(migrated)) ? migrated : ".runner") as ListenerSettings;
  }

  credential(): string {
    return (this.parse(".credentials_rsaparams") as { labCredential: string }).labCredential;
  }

  /**
   * What GitHub says of the runner after it moved it to another service, beside what config.sh wrote. The lab has one
   * service, so both say the same. Source: actions/runner, RunnerConfigUpdater.cs and ConfigurationStore.cs.
   * @throws Error where the folder is not the listener's to write to
   */
  migrate(): void {
    copyFileSync(this.file(".credentials"), this.file(migratedCredentials));
    copyFileSync(this.file(".runner"), this.file(migrated));
  }

  /** Both kinds. Source: actions/runner, ConfigurationStore.cs, DeleteSettings and DeleteCredential. */
  delete(): void {
    for (const name of [".runner", migrated, ".credentials", migratedCredentials, ".credentials_rsaparams"])
      rmSync(this.file(name), { force: true });
  }

  private parse(name: string): unknown {
    return JSON.parse(readFileSync(this.file(name), "utf8").replace(byteOrderMark, ""));
  }

  /** Variables of `.env`: what jobs and hooks see beside the service's environment. */
  environmentFile(): Record<string, string> {
    if (!existsSync(this.file(".env"))) return {};
    const lines = readFileSync(this.file(".env"), "utf8").split(/\r?\n/);
    return Object.fromEntries(
      lines
        .filter((line) => /^[^#=\s][^=]*=/.test(line))
        .map((line) => {
          const at = line.indexOf("=");
          return [line.slice(0, at), line.slice(at + 1)];
        }),
    );
  }
}
