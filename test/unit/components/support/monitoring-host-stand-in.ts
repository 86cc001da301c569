import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { planFiles } from "@ghrunners/components/monitoring/plan-files";
import { monitoringScript } from "@ghrunners/components/scripts/read-script";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { monitoringSets, ruleText } from "./monitoring-sets";

/** As promtool does, it quotes what it does not understand. The first line of a good file is `groups:`. */
const PROMTOOL = `
what=$2 file=$3
if [ "$what" = config ]; then set -- "$file" "$RULES"/*.yml; else set -- "$file"; fi
for each; do
  [ -e "$each" ] || continue
  head -n 1 "$each" | grep -q '^groups:' || { echo "  FAILED:"; echo "$each: cannot unmarshal $(head -n 1 "$each")"; exit 1; } >&2
done`;

/** Prometheus and Alertmanager, which have loaded what is in the folders. */
const CURL = `
for last; do :; done
case $last in
  */-/reload) printf '\\n200' ;;
  */metrics)
    echo prometheus_config_last_reload_successful 1
    echo prometheus_config_last_reload_success_timestamp_seconds 1
    for each in "$RULES"/ghrunners.*.yml; do echo "prometheus_rule_group_rules{rule_group=\\"$each;health\\"} 1"; done ;;
  */targets) for each in "$TARGETS"/*.json; do printf '"__meta_filepath":"%s"' "$each"; done ;;
  *) printf 200 ;;
esac`;

/** As amtool does, it quotes what it does not understand. */
const AMTOOL = `
case $1 in
  check-config) file=$2 ;;
  *) file=\${4#--config.file=} ;;
esac
grep -q '^route:' "$file" || { echo "$file: $(head -n 1 "$file")"; exit 1; } >&2`;

/** The scripts of the monitoring host in folders of a test's own, where their tools are stand-ins. Needs root. */
export class MonitoringHostStandIn {
  /** Below a folder that only root can change, as real hosts have them. */
  readonly scratch = mkdtempSync("/run/ghr-monitoring-");
  readonly config = path.join(this.scratch, "etc/prometheus.yml");
  readonly paths = {
    prometheusConfig: this.config,
    rules: path.join(this.scratch, "etc/rules.d"),
    targets: path.join(this.scratch, "etc/targets.d"),
    dashboards: path.join(this.scratch, "grafana/dashboards/ours"),
  };
  readonly alertmanager = path.join(this.scratch, "am/alertmanager.yml");

  constructor(account: string) {
    chmodSync(this.scratch, 0o755);
    for (const folder of ["bin", "etc", "grafana", "am"]) mkdirSync(path.join(this.scratch, folder));
    writeFileSync(this.config, "groups:\n");
    writeFileSync(this.alertmanager, "route: owner's\n", { mode: 0o640 });
    const { rules, targets } = this.paths;
    for (const [name, text] of Object.entries({ promtool: PROMTOOL, curl: CURL, amtool: AMTOOL, systemctl: "" }))
      writeFileSync(path.join(this.scratch, "bin", name), `#!/bin/sh\nRULES=${rules} TARGETS=${targets}\n${text}\n`, {
        mode: 0o755,
      });
    for (const folder of ["grafana", "am"]) this.sh(`chown -R ${account}: ${path.join(this.scratch, folder)}`);
  }

  remove(): void {
    rmSync(this.scratch, { recursive: true });
  }

  /** @returns what it wrote */
  sh(line: string): string {
    const { status, stdout, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  /** @returns its exit code, and what it wrote on both outputs */
  private run(script: "files.sh" | "alertmanager.sh", verb: string, parameters: Record<string, string>) {
    const text = monitoringScript(script)
      .replaceAll("/var/lib/ghrunners", path.join(this.scratch, "state"))
      .replace("locks=/run/ghrunners", `locks=${path.join(this.scratch, "locks")}`)
      .replace("--kill-after=5 30", "--kill-after=1 3");
    const env = { ...process.env, PATH: `${path.join(this.scratch, "bin")}:${process.env["PATH"]}` };
    const input = renderScript(text, { ...parameters, MACHINE: "test" });
    const ended = spawnSync("bash", ["-s", "--", verb], { input, env, encoding: "utf8", timeout: 60_000 });
    assert.notEqual(ended.status, null, `${script} ${verb} does not end`);
    return { code: ended.status, words: `${ended.stdout}${ended.stderr}` };
  }

  files(verb: "apply" | "remove", expression = "vector(1)") {
    return this.run("files.sh", verb, planFiles({ ...monitoringSets("lab", ruleText(expression)), paths: this.paths }));
  }

  alerting(verb: "check" | "manage" | "release", TEXT = "route: ours\n") {
    return this.run("alertmanager.sh", verb, {
      ...{ ALERTMANAGER_URL: "http://127.0.0.1:9093", ALERTMANAGER_FILE: this.alertmanager },
      ...{ RECEIVER: "on-call", ROUTED: "severity=critical", TEXT },
    });
  }
}
