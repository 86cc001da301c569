import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { MonitoringHostStandIn } from "./support/monitoring-host-stand-in";

const account = "nobody";
const SECRET = "only-root-reads-this";

describe("the scripts of the monitoring host, in folders of other accounts", function () {
  this.timeout(180_000);
  let host: MonitoringHostStandIn;
  /** What only root may read, and what may not change. */
  let roots: string;

  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(() => {
    host = new MonitoringHostStandIn(account);
    roots = path.join(host.scratch, "roots");
    host.sh(`mkdir -m 0700 ${roots}; echo ${SECRET} >${roots}/alertmanager.yml; chmod 0600 ${roots}/*`);
  });
  afterEach(() => host.remove());

  const rule = (): string => path.join(host.paths.rules, "ghrunners.lab.health.yml");
  const dashboard = (): string => path.join(host.paths.dashboards, "ghrunners.lab.overview.json");
  const owner = (file: string): string => host.sh(`stat --format=%U ${file}`).trim();
  const leftovers = (): string => host.sh(`find ${host.scratch} -name '*.new' -o -name '*.old' -o -name '.ghr*'`);

  it("write as root where root alone decides, and as the account in its folder", () => {
    const { code, words } = host.files("apply");
    assert.equal(code, 0, words);
    assert.match(words, /^3 files, 1 rule groups$/m);
    assert.deepEqual([owner(rule()), owner(dashboard())], ["root", account]);
    assert.match(host.files("apply").words, /^3 files, unchanged$/m);
    const changed = host.files("apply", "vector(2)");
    assert.equal(changed.code, 0, changed.words);
    assert.match(readFileSync(rule(), "utf8"), /vector\(2\)/);
    assert.equal(leftovers(), "");
    assert.equal(host.files("remove").code, 0);
    assert.equal(host.sh(`find ${host.scratch} -name 'ghrunners.lab*'`), "");
  });

  it("go on with the files and the folder that root once made in an account's folder", () => {
    host.sh(`mkdir -p ${host.paths.dashboards}; echo old >${dashboard()}`);
    assert.equal(host.files("apply").code, 0);
    assert.equal(owner(dashboard()), "root");
    host.sh(`chown ${account}: ${host.paths.dashboards}; echo old >${dashboard()}`);
    const again = host.files("apply", "vector(2)");
    assert.equal(again.code, 0, again.words);
    assert.equal(readFileSync(dashboard(), "utf8"), "{}");
  });

  it("follow a link that root made, and none that the account can make", () => {
    host.sh(`mkdir ${host.scratch}/elsewhere; ln -s ../elsewhere ${host.paths.rules}`);
    assert.equal(host.files("apply").code, 0);
    assert.match(readFileSync(path.join(host.scratch, "elsewhere/ghrunners.lab.health.yml"), "utf8"), /vector\(1\)/);
    assert.equal(host.files("remove").code, 0);
    host.sh(`rm -r ${host.scratch}/grafana/dashboards; ln -s ${roots} ${host.scratch}/grafana/dashboards`);
    const refused = host.files("apply");
    assert.equal(refused.code, 1);
    assert.match(
      refused.words,
      /ours on \S+ leads over the link \S+\/grafana\/dashboards, which others than root can change\. Nothing was changed\. .*Next: /,
    );
    assert.equal(host.sh(`ls ${roots}`), "alertmanager.yml\n");
  });

  it("refuse in words a folder of root's that others can change", () => {
    host.sh(`mkdir -m 0775 ${host.paths.rules}; chown root:nogroup ${host.paths.rules}`);
    const refused = host.files("apply");
    assert.equal(refused.code, 1);
    assert.match(
      refused.words,
      /rules\.d on \S+ belongs to root, and others can change .* Next: chmod go-w \S+rules\.d/s,
    );
    assert.equal(host.sh(`ls -A ${host.paths.rules}`), "");
  });

  it("say who should be able to write where the account is not", () => {
    assert.equal(host.files("apply").code, 0);
    host.sh(`chmod 0500 ${host.paths.dashboards}`);
    const refused = host.files("apply", "vector(3)");
    assert.equal(refused.code, 1);
    assert.match(
      refused.words,
      /dashboards\/ours on \S+ could not be written: .*ermission denied.* Expected nobody, whose .* Next: chown -R nobody /s,
    );
    assert.match(readFileSync(rule(), "utf8"), /vector\(1\)/);
    assert.equal(leftovers(), "");
  });

  const stage = ".ghrunners.lab.stage";
  const plants: Record<string, (folder: string) => string> = {
    "a link in place of a rule file": (folder) => `ln -s ${roots}/alertmanager.yml ${folder}/theirs.yml`,
    "a pipe in place of a rule file": (folder) => `mkfifo ${folder}/ghrunners.lab.health.yml`,
    "a second name of root's file": (folder) => `ln ${roots}/alertmanager.yml ${folder}/ghrunners.lab.health.yml`,
    "a link in place of the next files": (folder) => `ln -s ${roots} ${folder}/${stage}`,
    "a link in place of our file": (folder) => `ln -s ${roots}/alertmanager.yml ${folder}/ghrunners.lab.health.yml`,
    "a program of the account's as promtool": () =>
      `printf '#!/bin/sh\\ncat ${roots}/*; id -u >>${host.scratch}/am/ran; exit 1\\n' >${host.scratch}/am/promtool
       chmod 755 ${host.scratch}/am/promtool; ln -sf ${host.scratch}/am/promtool ${host.scratch}/bin/promtool`,
  };
  for (const [name, plant] of Object.entries(plants))
    it(`lead root nowhere on the monitoring host: ${name}`, () => {
      host.sh(`mkdir ${host.paths.rules}`);
      host.sh(plant(host.paths.rules));
      host.sh(`chown -h ${account}: ${host.paths.rules} ${host.paths.rules}/* 2>/dev/null || true`);
      host.sh(`chown root: ${roots}/alertmanager.yml`);
      const before = host.sh(`stat --format='%n %U %a %Y' ${roots} ${roots}/*; cat ${roots}/*`);
      const words = (["apply", "remove"] as const).map((verb) => host.files(verb).words).join("");
      assert.equal(host.sh(`stat --format='%n %U %a %Y' ${roots} ${roots}/*; cat ${roots}/*`), before);
      assert.ok(!words.includes(SECRET), words);
      assert.doesNotMatch(host.sh(`cat ${host.scratch}/am/ran 2>/dev/null || true`), /^0$/m);
    });

  it("manage and give back Alertmanager's file as the account whose folder it is in", () => {
    const managed = host.alerting("manage");
    assert.equal(managed.code, 0, managed.words);
    assert.equal(readFileSync(host.alertmanager, "utf8"), "route: ours\n");
    assert.equal(host.sh(`stat --format='%U %a' ${host.alertmanager}`), `${account} 640\n`);
    assert.match(host.alerting("manage").words, /^routed to on-call, unchanged$/m);
    assert.equal(host.alerting("manage", "broken\n").code, 1);
    assert.equal(readFileSync(host.alertmanager, "utf8"), "route: ours\n");
    assert.match(host.alerting("check").words, /^routed to on-call$/m);
    assert.equal(host.alerting("release").code, 0);
    assert.equal(readFileSync(host.alertmanager, "utf8"), "route: owner's\n");
    assert.deepEqual(host.sh(`ls -A ${path.dirname(host.alertmanager)}`), "alertmanager.yml\n");
    assert.equal(host.alerting("release").code, 0);
  });

  it("do the same where all is root's, over a link of root's", () => {
    host.sh(`chown -R root: ${host.scratch}/am; mv ${host.alertmanager} ${host.scratch}/etc/real.yml`);
    host.sh(`ln -s ../etc/real.yml ${host.alertmanager}`);
    assert.equal(host.alerting("manage").code, 0);
    assert.equal(readFileSync(path.join(host.scratch, "etc/real.yml"), "utf8"), "route: ours\n");
    assert.equal(host.alerting("release").code, 0);
    assert.equal(readFileSync(host.alertmanager, "utf8"), "route: owner's\n");
  });

  const inPlace: Record<string, () => string> = {
    "a link in place of Alertmanager's file": () => `ln -sf ${roots}/alertmanager.yml ${host.alertmanager}`,
    "a pipe in place of Alertmanager's file": () => `rm ${host.alertmanager}; mkfifo -m 0666 ${host.alertmanager}`,
    "a link in place of the fresh file": () => `ln -s ${roots}/alertmanager.yml ${host.alertmanager}.ghrunners-new`,
    "a link in place of the kept file": () => `ln -s ${roots}/alertmanager.yml ${host.alertmanager}.before-ghrunners`,
    "a link in place of its folder": () => `rm -r ${host.scratch}/am; ln -s ${roots} ${host.scratch}/am`,
  };
  for (const [name, plant] of Object.entries(inPlace))
    it(`lead root nowhere at Alertmanager: ${name}`, () => {
      host.sh(plant());
      if (name.endsWith("folder"))
        host.sh(`chown -h ${account}: ${host.scratch}/am; chown ${account}: ${host.scratch}`);
      const before = host.sh(`stat --format='%n %U %a' ${roots} ${roots}/*; cat ${roots}/*`);
      const words = (["check", "manage", "release"] as const).map((verb) => host.alerting(verb).words).join("");
      assert.equal(host.sh(`stat --format='%n %U %a' ${roots} ${roots}/*; cat ${roots}/*`), before);
      assert.ok(!words.includes(SECRET), words);
      const readable = host.sh(
        `setpriv --reuid=${account} --clear-groups -- grep -rhs ${SECRET} ${host.scratch} || true`,
      );
      assert.equal(readable, "", "the account reads what only root may read");
    });
});
