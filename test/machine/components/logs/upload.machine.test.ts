import assert from "node:assert/strict";
import { JOURNAL_REMOTE_PORT, LOG_NAMESPACE, REMOTE_JOURNAL } from "@ghrunners/core/vocabulary/logs";
import { until } from "@ghrunners/core/until";
import { MachineRig } from "../../../unit/lab/machines/rig";
import { plantedSecrets } from "../../../unit/components/logs/planted";
import { JournalShipping } from "../support/journal-shipping";
import { runnerUnit as unit } from "../support/runner-host";

const [host, receiver] = [161, 162];

/** The scripts as the program runs them, on two machines: from a unit's journal to the other machine's. */
describe("journal upload", function () {
  this.timeout(180_000);
  const rig = new MachineRig("logtest");
  const shipping = new JournalShipping(rig, host, receiver);
  const planted = plantedSecrets();
  let certificate = "";

  before(async () => {
    await rig.up();
    const diskBytes = 2 ** 30;
    await Promise.all([host, receiver].map((vmid) => rig.backend.start(vmid, rig.settings(vmid, { diskBytes }))));
    await Promise.all([host, receiver].map((vmid) => rig.sshComesUp(vmid)));
  });
  after(() => rig.down());

  const installReceiver = (verb = "install"): string => shipping.receiver(verb);
  const installShipper = (verb = "install", trusted = certificate): string => shipping.shipper(verb, trusted);

  /** Lines that the host's unit writes to the journal, and to a file as the runner does. */
  function log(lines: readonly string[]): void {
    const input = lines.map((line) => `${line}\n`).join("");
    const command = `set -e
      mkdir -p /opt/actions-runner/_diag; cat >/run/lines; cat /run/lines >>/opt/actions-runner/_diag/Runner_1-utc.log
      systemd-run --quiet --wait --unit=${unit} --property=StandardInput=file:/run/lines cat`;
    const { code, stderr } = rig.run(host, ["sh", "-c", command], input);
    assert.equal(code, 0, stderr);
  }

  const arrived = (...matches: string[]): string => shipping.arrived(...matches);
  const arrives = (text: string, ...matches: string[]): Promise<unknown> => shipping.arrives(text, ...matches);
  const count = (text: string): number => arrived().split(text).length - 1;

  it("installs both sides", () => {
    certificate = installReceiver();
    assert.match(certificate, /^-----BEGIN CERTIFICATE-----\n[^]*-----END CERTIFICATE-----$/);
    log(["before the shipper"]);
    assert.match(installShipper(), /logs by journal upload/);
  });

  it("lines of the unit and of its files arrive with their labels", async () => {
    log(["Listening for Jobs 4711"]);
    await arrives(
      "Listening for Jobs 4711",
      `GHRUNNERS_UNIT=${unit}`,
      "GHRUNNERS_ROLE=primary",
      "SYSLOG_IDENTIFIER=cat",
    );
    await arrives(
      "Listening for Jobs 4711",
      "GHRUNNERS_HOST=runner-1",
      "GHRUNNERS_ENVIRONMENT=test",
      "SYSLOG_IDENTIFIER=Runner_1-utc.log",
    );
    await arrives("before the shipper");
  });

  it("planted secrets never arrive: they are removed before anything leaves the host", async () => {
    for (const { lines } of planted) log(lines);
    log(["all are planted"]);
    await until("both copies of the last line arrive", 30_000, () => count("all are planted") >= 2);
    const everything = rig.exec(
      receiver,
      "sh",
      "-c",
      `journalctl --directory=${REMOTE_JOURNAL} --all --output=export --no-pager`,
    );
    const raw = rig.exec(
      receiver,
      "sh",
      "-c",
      `cat ${REMOTE_JOURNAL}/*.journal | strings -n 12 2>/dev/null || grep -aoE '[ -~]{12,}' ${REMOTE_JOURNAL}/*.journal`,
    );
    const spool = rig.exec(
      host,
      "sh",
      "-c",
      `journalctl --namespace=${LOG_NAMESPACE} --all --output=export --no-pager`,
    );
    const source = rig.exec(host, "journalctl", "--all", "--output=export", "--no-pager", `--unit=${unit}`);
    for (const { name, parts } of planted) {
      for (const part of parts) {
        assert.ok(source.includes(part), `${name} was not even planted`);
        for (const [where, text] of Object.entries({ everything, raw, spool })) {
          assert.ok(!text.includes(part), `${name} is in ${where}`);
        }
      }
    }
    assert.match(everything, /\[REDACTED private-key\]/);
  });

  it("nothing else of the host's journal is uploaded", () => {
    rig.exec(host, "logger", "a line of another program");
    assert.match(rig.exec(host, "journalctl", "--no-pager", "--output=cat"), /a line of another program/);
    log(["after another program"]);
    assert.equal(count("a line of another program"), 0);
  });

  it("no other user writes into the journal that is uploaded, past the redactor", async () => {
    const send = (name: string, kind: string, text: string): number =>
      rig.run(host, [
        ...["runuser", "-u", "nobody", "--", "python3", "-c"],
        `import socket
s = socket.socket(socket.AF_UNIX, socket.${kind})
s.connect("/run/systemd/journal.${LOG_NAMESPACE}/${name}")
s.sendall(b"${text}")`,
      ]).code;
    assert.notEqual(send("socket", "SOCK_DGRAM", `MESSAGE=past the redactor\\nGHRUNNERS_UNIT=${unit}\\n`), 0);
    assert.notEqual(send("dev-log", "SOCK_DGRAM", "<6>past the redactor"), 0);
    assert.notEqual(send("stdout", "SOCK_STREAM", "id\\n\\n6\\n0\\n0\\n0\\n0\\npast the redactor\\n"), 0);
    log(["after the attempts"]);
    await arrives("after the attempts");
    assert.equal(count("past the redactor"), 0);
  });

  it("the redactor's own words reach its journal and the receiver, and no secret in them", async () => {
    const secret = `ghp_${"A1b2".repeat(9)}`;
    rig.exec(host, "mkfifo", `/opt/actions-runner/_diag/Runner_${secret}.log`);
    await arrives("is not a file and is not shipped");
    rig.exec(host, "rm", `/opt/actions-runner/_diag/Runner_${secret}.log`);
    assert.ok(!arrived().includes(secret));
    const line = ["journalctl", `--namespace=${LOG_NAMESPACE}`, "--unit=ghrunners-log-redactor", "--output=cat"];
    assert.match(rig.exec(host, ...line, "--no-pager"), /is not a file and is not shipped/);
  });

  it("closes a socket that is open to every user, whatever made it so", () => {
    const socket = `/run/systemd/journal.${LOG_NAMESPACE}/socket`;
    const mode = (): string => rig.exec(host, "stat", "--format=%a", socket);
    rig.exec(host, "chmod", "0666", socket);
    assert.equal(mode(), "666");
    installShipper();
    assert.equal(mode(), "660");
  });

  it("a line is the sender's by its address, whatever it says of itself", async () => {
    // The receiver of Debian 13 takes no entry without the times and the boot that systemd-journal-upload sends.
    const times = `__REALTIME_TIMESTAMP=1\n__MONOTONIC_TIMESTAMP=1\n_BOOT_ID=${"1".repeat(32)}\n`;
    const entry = `${times}MESSAGE=forged line\nGHRUNNERS_HOST=runner-2\nGHRUNNERS_ROLE=secondary\n\n`;
    const url = `https://${rig.address(receiver)}:${JOURNAL_REMOTE_PORT}/upload`;
    const options = `--cacert /etc/ghrunners/logs/receiver.pem -H 'Content-Type: application/vnd.fdo.journal'`;
    rig.exec(
      host,
      "bash",
      "-c",
      `printf '${entry.replaceAll("\n", "\\n")}' | curl -sf ${options} --data-binary @- ${url}`,
    );
    const of = (address: string): string =>
      rig.exec(
        receiver,
        "sh",
        "-c",
        `journalctl --file='${REMOTE_JOURNAL}/remote-${address}[.@]*journal' --output=cat --no-pager || true`,
      );
    await until("it arrives", 30_000, () => arrived("GHRUNNERS_HOST=runner-2").includes("forged line"));
    assert.match(of(rig.address(host)), /^forged line$/m);
    assert.doesNotMatch(of(rig.address(receiver)), /forged line/);
  });

  it("a sender that floods the receiver loses its own oldest journals and no others", () => {
    const file = (sender: string, number: number): string =>
      `${REMOTE_JOURNAL}/remote-${sender}@${"0".repeat(32)}-000000000000000${number}-0000000000000000.journal`;
    const make = (name: string, days: number): string =>
      `truncate -s 3M '${name}' && touch -d '-${days} days' '${name}'`;
    const [flood, other, old] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
    rig.exec(receiver, "bash", "-c", [1, 2, 3, 4, 5].map((n) => make(file(flood, n), 9 - n)).join("; "));
    rig.exec(receiver, "bash", "-c", [make(file(other, 1), 20), make(file(old, 1), 31)].join("; "));
    rig.exec(receiver, "systemctl", "start", "ghrunners-log-retention.service");
    const left = rig.exec(receiver, "bash", "-c", `cd ${REMOTE_JOURNAL}; ls remote-192.0.2.*`).split("\n");
    const names = [file(flood, 4), file(flood, 5), file(other, 1)].map((name) => name.split("/").at(-1));
    assert.deepEqual(left, names);
    rig.exec(receiver, "bash", "-c", `rm ${REMOTE_JOURNAL}/remote-192.0.2.*`);
  });

  it("a second installation changes nothing and restarts nothing", () => {
    const started = (vmid: number, name: string): string =>
      rig.exec(vmid, "systemctl", "show", "--property=ActiveEnterTimestampMonotonic,MainPID", name);
    const services: [number, string][] = [
      [host, "ghrunners-log-redactor"],
      [host, "systemd-journal-upload"],
      [receiver, "systemd-journal-remote"],
    ];
    const before = services.map(([vmid, name]) => started(vmid, name));
    installShipper();
    installReceiver();
    assert.deepEqual(
      services.map(([vmid, name]) => started(vmid, name)),
      before,
    );
  });

  it("kill -9 of every part: nothing is lost, nothing is repeated", async () => {
    rig.exec(host, "systemctl", "kill", "--signal=KILL", "ghrunners-log-redactor", "systemd-journal-upload");
    rig.exec(receiver, "systemctl", "kill", "--signal=KILL", "systemd-journal-remote");
    log(["written while all were dead"]);
    await until("both copies arrive", 60_000, () => count("written while all were dead") >= 2);
    log(["and another"]);
    await until("both copies of the next arrive", 30_000, () => count("and another") >= 2);
    assert.equal(count("written while all were dead"), 2);
    assert.equal(count("all are planted"), 2);
  });

  it("nothing is sent to a receiver that shows another certificate", async () => {
    rig.exec(receiver, "sh", "-c", "rm /etc/ghrunners/log-receiver/*.pem");
    const other = installReceiver();
    assert.notEqual(other, certificate);
    log(["for this receiver only"]);
    await until("the refusal is in the host's journal", 30_000, () =>
      /certificate/i.test(rig.exec(host, "journalctl", "--unit=systemd-journal-upload", "--lines=5", "--no-pager")),
    );
    assert.equal(count("for this receiver only"), 0);
    installShipper("install", other);
    await arrives("for this receiver only");
  });

  it("who may send is in the receiver's access list", () => {
    // The lab's machines have no cgroup BPF, so that the kernel enforces it is not seen here.
    const list = rig.exec(
      receiver,
      "systemctl",
      "show",
      "--property=IPAddressAllow,IPAddressDeny",
      "systemd-journal-remote.socket",
    );
    assert.match(list, new RegExp(`IPAddressAllow=.*${rig.address(host)}/32`));
    assert.match(list, /IPAddressDeny=.*0\.0\.0\.0\/0/);
  });

  it("removal leaves nothing of either side", () => {
    installShipper("remove");
    installReceiver("remove");
    for (const vmid of [host, receiver]) {
      const left = rig.exec(
        vmid,
        "sh",
        "-c",
        `find /etc /usr/local /var/lib -iname '*ghrunners*' 2>/dev/null; systemctl list-units --all --plain --no-legend '*ghrunners*'; ls -d /var/log/journal/*.${LOG_NAMESPACE} 2>/dev/null; true`,
      );
      assert.equal(
        left
          .split("\n")
          .filter((line) => !line.includes("ghrunners-lab.") && line !== "")
          .join("\n"),
        "",
      );
    }
    assert.equal(rig.exec(host, "sh", "-c", "systemctl is-active systemd-journal-upload || true"), "inactive");
  });
});
