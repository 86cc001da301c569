import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { planFiles, type FileSets } from "@ghrunners/components/monitoring/plan-files";
import { monitoringScript } from "@ghrunners/components/scripts/read-script";
import { clearHostFaults, setHostFault } from "@ghrunners/lab/hosts/index";
import { until } from "@ghrunners/core/until";
import { monitoringSets, ruleText } from "../../unit/components/support/monitoring-sets";
import { monitoringTool, onPrometheus3 } from "../../unit/monitoring/monitoring-tool";
import { type HostScriptResult, MonitoringRig } from "./support/monitoring-rig";

const rig = new MonitoringRig("monfiles");
const { instance, env } = rig;
const rulesFile = "/etc/prometheus/rules.d/ghrunners.lab.health.yml";
const theirs = "/etc/prometheus/rules.d/theirs.yml";

const onHost = (script: string, ...args: string[]): HostScriptResult => rig.run(script, ...args);
const must = (script: string): string => rig.must(script);
const files = (verb: "apply" | "remove", sets: FileSets): HostScriptResult => rig.files(verb, sets);

/** The expression of our rule as Prometheus has it loaded; undefined when it has none. */
function loaded(): string | undefined {
  const answer = JSON.parse(must("curl --silent http://127.0.0.1:9090/api/v1/rules")) as {
    data: { groups: { file: string; rules: { query: string }[] }[] };
  };
  return answer.data.groups.find(({ file }) => file === rulesFile)?.rules[0]?.query;
}

const ourFiles = (): string =>
  must("find /etc/prometheus /var/lib/ghrunners -name '*ghrunners*' | sort; ls -A /var/lib/ghrunners 2>/dev/null");

/** Puts Prometheus 3 in the place of Debian's, which has other defaults; the unit and the data stay. */
function upgrade(): void {
  for (const name of ["prometheus", "promtool"] as const) {
    const [program, words] = rig.control(
      "sh",
      "-c",
      `cat >/usr/bin/new && chmod 755 /usr/bin/new && mv /usr/bin/new /usr/bin/${name}`,
    );
    const { status, stderr } = spawnSync(program, words, { env, input: readFileSync(monitoringTool(name)) });
    assert.equal(status, 0, String(stderr));
  }
  must(`. /etc/default/prometheus
    echo "ARGS='$ARGS --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/var/lib/prometheus/metrics2'" \\
      >/etc/default/prometheus; systemctl restart prometheus`);
}

/** How a write that found no space is reported. */
const said = (file: string, mount: string, bytes: string): RegExp =>
  new RegExp(
    `${file} on \\S+ could not be written\\. Seen on ${mount}: ${bytes} bytes and \\S+ inodes free\\. Expected some of both\\.` +
      ".* Next: free space on that host \\(df -h, df -i\\), then pulumi up",
  );

describe("monitoring host: files", function () {
  this.timeout(900_000);
  const good = monitoringSets("lab", ruleText("vector(1)"));

  before(async () => {
    await rig.start();
    if (!onPrometheus3()) return;
    upgrade();
    await rig.answers("http://127.0.0.1:9090/-/ready");
  });

  after(() => rig.end());

  it("are loaded; a second run changes nothing", () => {
    const first = files("apply", good);
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /3 files, 1 rule groups/);
    assert.equal(loaded(), "vector(1)");
    const before = must(`stat --format=%Y%Z%i ${rulesFile}`);
    const second = files("apply", good);
    assert.match(second.output, /3 files, unchanged/);
    assert.equal(must(`stat --format=%Y%Z%i ${rulesFile}`), before);
  });

  it("a file that no run needs any more is removed by the next one", () => {
    const more = { ...good, dashboards: [...good.dashboards, { name: "old", text: "{}" }] };
    assert.match(files("apply", more).output, /4 files/);
    assert.match(files("apply", good).output, /3 files/);
    assert.doesNotMatch(ourFiles(), /old\.json/);
  });

  it("a bad rule is refused by name before anything is changed", () => {
    const bad = files("apply", monitoringSets("lab", ruleText("sum(")));
    assert.equal(bad.code, 1);
    assert.match(bad.output, /ghrunners\.lab\.health\.yml: .*unclosed left parenthesis.*Nothing was changed/s);
    assert.equal(loaded(), "vector(1)");
    assert.doesNotMatch(ourFiles(), /stage|undo|\.new|\.old/);
  });

  it("a foreign broken rule file is named and left alone, and the old rules stay", () => {
    must(`printf 'groups:\\n- name: x\\n  rules:\\n  - alert: X\\n    expr: sum(\\n' >${theirs}`);
    const refused = files("apply", monitoringSets("lab", ruleText("vector(2)")));
    assert.equal(refused.code, 1);
    assert.match(refused.output, new RegExp(`does not belong to this stack is broken: ${theirs}`));
    assert.match(must(`cat ${theirs}`), /sum\(/);
    assert.match(must(`cat ${rulesFile}`), /vector\(1\)/);
    assert.equal(loaded(), "vector(1)");
    must(`rm ${theirs}`);
  });

  it("a file of the project that was broken by hand is repaired", () => {
    must(`echo '{' >${rulesFile}`);
    const repaired = files("apply", good);
    assert.equal(repaired.code, 0, repaired.output);
    assert.match(must(`cat ${rulesFile}`), /vector\(1\)/);
  });

  it("a full disk leaves the old rules, and is reported", async () => {
    const fault = { name: "fill-disk", host: "monitoring" } as const;
    await setHostFault(instance, fault);
    try {
      const full = files("apply", monitoringSets("lab", ruleText("vector(3)")));
      assert.equal(full.code, 1, full.output);
      assert.match(full.output, said("/etc/prometheus/\\S+", "/", "0"));
      assert.match(must(`cat ${rulesFile}`), /vector\(1\)/);
      assert.equal(loaded(), "vector(1)");
    } finally {
      await clearHostFaults(instance, fault);
    }
    assert.equal(files("apply", good).code, 0);
  });

  it("an exporter's configuration that finds no space, or no inode, is named with its host and what comes next", async () => {
    const script = readFileSync("packages/exporter/scripts/exporter.sh", "utf8");
    const config = "/mnt/few/exporter.json";
    const install = (CONFIG_FILE: string): HostScriptResult =>
      onHost(
        renderScript(script, {
          ...{
            UNIT: "test-exporter.service",
            UNIT_TEXT: "",
            CONFIG_FILE,
            CONFIG: "x".repeat(8192),
            LISTEN: "127.0.0.1:1",
          },
          ...{ BUNDLE_FILE: "/run/bundle", BUNDLE_SHA256: createHash("sha256").update("").digest("hex"), BUNDLE: "" },
          ...{ SERVICE_USER: "nobody", MACHINE: "test", TOKEN_FILE: "", TOKEN: "" },
          ...{ SUDO_UNIT: "", SUDO_TEXT: "", SUDO_TIMER: "", WATCHED: "", WATCHED_BEFORE: "" },
        }),
        "install",
      );
    const fault = { name: "fill-disk", host: "monitoring" } as const;
    must(": >/run/bundle; mkdir -p /mnt/few; mount -t tmpfs -o nr_inodes=2,size=1m few /mnt/few; : >/mnt/few/one");
    await setHostFault(instance, fault);
    try {
      const full = install("/etc/exporter.json");
      assert.deepEqual([full.code, said("/etc/exporter\\.json", "/", "0").test(full.output)], [1, true], full.output);
      const few = install(config);
      assert.match(
        few.output,
        new RegExp(`${config} on \\S+ could not be written\\. Seen on /mnt/few: .* and 0 inodes free`),
      );
      assert.doesNotMatch(must("ls /etc /mnt/few"), /exporter\.json/);
    } finally {
      await clearHostFaults(instance, fault);
      must("umount /mnt/few");
    }
  });

  it("a run that is killed half-way is undone by the next one", async () => {
    // Stops halfway: the new files are in place, Prometheus has not reloaded them yet.
    const whole = monitoringScript("files.sh");
    const halting = whole.replace(
      /^ {2}in_each swap_here$/m,
      () => "  in_each swap_here\n  echo $$ >/run/half-way\n  kill -STOP $$",
    );
    assert.notEqual(halting, whole);
    const plan = planFiles(monitoringSets("lab", ruleText("vector(4)")));
    const [program, words] = rig.control("bash", "-s", "--", "apply");
    const child = spawn(program, words, { env, stdio: ["pipe", "ignore", "ignore"] });
    const ended = once(child, "exit");
    child.stdin.end(renderScript(halting, { ...plan, MACHINE: "test" }));
    await until("the run is half-way", 20_000, () => onHost("test -s /run/half-way").code === 0);
    must("kill -9 $(cat /run/half-way)");
    // nsenter is stopped together with its child and does not notice that the child ends.
    child.kill("SIGKILL");
    await ended;
    assert.match(must(`cat ${rulesFile}`), /vector\(4\)/);
    const next = files("apply", good);
    assert.equal(next.code, 0, next.output);
    assert.match(next.output, /interrupted/);
    assert.equal(loaded(), "vector(1)");
    assert.doesNotMatch(ourFiles(), /stage|undo/);
  });

  it("rules in a folder that Prometheus does not read are undone, and the missing line is named", () => {
    const elsewhere = { ...good, paths: { ...good.paths, rules: "/etc/prometheus/elsewhere" } };
    const refused = files("apply", { ...elsewhere, environment: "other", dashboards: [] });
    assert.equal(refused.code, 1);
    assert.match(refused.output, /rule_files: - \/etc\/prometheus\/elsewhere\/\*\.yml/);
    assert.equal(must("ls -A /etc/prometheus/elsewhere"), "");
  });

  it("a Prometheus without its lifecycle API is reloaded by a signal", async () => {
    must("sed -i 's/ --web.enable-lifecycle//' /etc/default/prometheus; systemctl restart prometheus");
    const done = files("apply", monitoringSets("lab", ruleText("vector(5)")));
    assert.equal(done.code, 0, done.output);
    assert.equal(loaded(), "vector(5)");
  });

  it("a unit without ExecReload is reloaded by the signal itself", () => {
    must(`mkdir -p /etc/systemd/system/prometheus.service.d
      printf '[Service]\\nExecReload=\\n' >/etc/systemd/system/prometheus.service.d/lab.conf; systemctl daemon-reload`);
    assert.equal(must("systemctl show --property=CanReload --value prometheus").trim(), "no");
    const done = files("apply", monitoringSets("lab", ruleText("vector(6)")));
    assert.equal(done.code, 0, done.output);
    assert.equal(loaded(), "vector(6)");
    must("rm -r /etc/systemd/system/prometheus.service.d; systemctl daemon-reload");
  });

  const prometheusWith = (flags: string): string =>
    must(
      `. /etc/default/prometheus; echo "ARGS='$ARGS ${flags}'" >/etc/default/prometheus; systemctl restart prometheus`,
    );

  it("a Prometheus below a path is asked there, and its address without the path is refused in words", async () => {
    must("cp /etc/default/prometheus /root/prometheus.default");
    prometheusWith("--web.route-prefix=/prometheus --web.external-url=http://127.0.0.1:9090/prometheus");
    const url = "http://127.0.0.1:9090/prometheus";
    await rig.answers(`${url}/-/ready`);
    const refused = files("apply", monitoringSets("lab", ruleText("vector(7)")));
    assert.equal(refused.code, 1);
    assert.match(
      refused.output,
      /^http:\/\/127\.0\.0\.1:9090\/-\/ready answers HTTP (404|302)\. Expected 200: for Prometheus below a path/,
    );
    const sets = { ...monitoringSets("lab", ruleText("vector(7)")), prometheusUrl: url };
    const done = files("apply", sets);
    assert.equal(done.code, 0, done.output);
    assert.match(must(`curl --silent ${url}/api/v1/rules`), /vector\(7\)/);
    must("cp /root/prometheus.default /etc/default/prometheus");
  });

  it("a Prometheus that asks for a password is reported differently from one that does not answer", async () => {
    // The password is "lab".
    must(`cat >/etc/prometheus/web.yml <<'YML'
basic_auth_users:
  lab: "$2y$05$/Zr2ZrvMO3VYmpyjgO4mUe0HzJ5xUgdzEIOkbQkpxbkuEvTbZ0vC2"
YML`);
    prometheusWith("--web.config.file=/etc/prometheus/web.yml");
    await rig.answers("http://127.0.0.1:9090/-/ready", "401");
    const refused = files("apply", good);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /^Prometheus at http:\/\/127\.0\.0\.1:9090 asks for a password \(HTTP 401\)\./);
    must("cp /root/prometheus.default /etc/default/prometheus; systemctl restart prometheus");
    await rig.answers("http://127.0.0.1:9090/-/ready");
  });

  it("are removed completely, and nothing else is", () => {
    must(`printf 'groups: []\\n' >${theirs}`);
    assert.equal(files("remove", good).code, 0);
    assert.equal(loaded(), undefined);
    assert.doesNotMatch(ourFiles(), /ghrunners\.lab/);
    assert.match(must(`cat ${theirs}`), /groups/);
    assert.equal(files("remove", good).code, 0);
  });
});
