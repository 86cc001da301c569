import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { until } from "@ghrunners/core/until";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { planFiles, type FileSets } from "@ghrunners/components/monitoring/plan-files";
import { monitoringScript } from "@ghrunners/components/scripts/read-script";
import { ensureHost, standingHosts } from "@ghrunners/lab/hosts/index";
import { baseFolders, type Instance, instanceNamed } from "@ghrunners/lab/instance";
import { labDown } from "@ghrunners/lab/lifecycle";
import { destroyAll, networkUp } from "@ghrunners/lab/machines/index";
import { scriptEnvironment, scriptPath } from "@ghrunners/lab/machines/script";
import { ensureSecrets } from "@ghrunners/lab/secrets";
import { ensureAuthority } from "@ghrunners/lab/tls";

/** How a script on the host ended, with all that it said. */
export interface HostScriptResult {
  readonly code: number | null;
  readonly output: string;
}

/** A lab that has only the monitoring host, on which the program's own scripts run as root. */
export class MonitoringRig {
  readonly instance: Instance;
  readonly env: NodeJS.ProcessEnv;

  constructor(name: string) {
    this.instance = instanceNamed(name);
    this.env = scriptEnvironment(this.instance);
  }

  async start(): Promise<void> {
    const { instance } = this;
    await labDown(instance, () => undefined);
    for (const folder of [instance.state, instance.run]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    ensureSecrets(instance);
    const { certificate } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
    await networkUp(instance.name);
    const say = (line: string): boolean => process.stdout.write(`      ${line}\n`);
    await ensureHost("monitoring", { instance, caCertificate: certificate, say });
    // cloud-init enables its units at the end of the first boot, which takes minutes on busy processors.
    await this.answers("http://127.0.0.1:9090/-/ready", "200", 600_000);
  }

  async end(): Promise<void> {
    await destroyAll(this.instance.name);
    await labDown(this.instance, () => undefined);
  }

  /** The program and the arguments that run a command on the host. */
  control(...command: string[]): [string, string[]] {
    return [scriptPath("control"), ["exec", String(standingHosts.monitoring.id), ...command]];
  }

  /** Runs bash with these lines, to its end. */
  run(script: string, ...args: string[]): HostScriptResult {
    const [program, words] = this.control("bash", "-s", "--", ...args);
    const { status, stdout, stderr } = spawnSync(program, words, { env: this.env, input: script, encoding: "utf8" });
    return { code: status, output: `${stdout}${stderr}` };
  }

  /** The same, for what has to succeed. @returns what it said */
  must(script: string): string {
    const { code, output } = this.run(script);
    assert.equal(code, 0, output);
    return output;
  }

  /** Waits until the host itself gets this HTTP status at the URL. */
  async answers(url: string, status = "200", limitMs = 60_000): Promise<void> {
    const ask = `curl --silent --output /dev/null --write-out '%{http_code}' ${url}`;
    await until(`${url} answers ${status}`, limitMs, () => this.run(ask).output.trim() === status);
  }

  /** files.sh, as the program runs it. */
  files(verb: "apply" | "remove", sets: FileSets): HostScriptResult {
    return this.run(renderScript(monitoringScript("files.sh"), { ...planFiles(sets), MACHINE: "test" }), verb);
  }
}
