import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderRedactor } from "@ghrunners/components/runner/render-journal-upload";

/**
 * Runs the redactor with a journalctl of the test's own, which prints the given entries, until the wanted number of
 * messages came and it has said the words on standard error, and prints those.
 */
const program = `
import base64, json, os, signal, socket, subprocess, sys, time
folder, wanted, redactor, words = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(folder + "/journal")
receiver.settimeout(20)
environment = {"PATH": folder + ":" + os.environ["PATH"], "STATE_DIRECTORY": folder + "/state"}
said = open(folder + "/said", "w+")
command = [sys.executable, "-I", redactor, folder + "/config.json"]
child = subprocess.Popen(command, env=environment, stderr=said, start_new_session=True)
messages = []
try:
    while len(messages) < wanted:
        messages.append(base64.b64encode(receiver.recv(1 << 20)).decode())
    end = time.monotonic() + 20
    while words not in open(folder + "/said").read() and time.monotonic() < end:
        time.sleep(0.01)
    peak = [line.split()[1] for line in open("/proc/%d/status" % child.pid) if line.startswith("VmHWM")]
except TimeoutError:
    peak = ["0"]
os.killpg(child.pid, signal.SIGKILL)
child.wait()
said.seek(0)
json.dump({"messages": messages, "said": said.read(), "peakKiB": int(peak[0])}, sys.stdout)
`;

/** An entry in the journal's export format; a value with a line end is written by its length. */
function entry(fields: Readonly<Record<string, string | Buffer>>): Buffer {
  const parts = Object.entries(fields).map(([name, value]) => {
    const bytes = Buffer.from(value as string);
    if (!bytes.includes(10)) return Buffer.concat([Buffer.from(`${name}=`), bytes, Buffer.from("\n")]);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from("\n")]);
  });
  return Buffer.concat([...parts, Buffer.from("\n")]);
}

const UNIT = "actions.runner.service";
const TOKEN = `ghp_${"aB3dE6gH9".repeat(4)}`;

describe("the redactor and what a job sends to the journal", function () {
  this.timeout(60_000);
  let folder: string;
  let cursor = 0;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-journal-"));
    mkdirSync(path.join(folder, "state"));
    mkdirSync(path.join(folder, "diag"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** As journald stores it: what begins with a _ is from the kernel, the rest is the sender's. */
  const said = (fields: Readonly<Record<string, string | Buffer>>, pid = "77"): Buffer => {
    cursor += 1;
    return entry({ __CURSOR: `c${cursor}`, __REALTIME_TIMESTAMP: "1", _PID: pid, _SYSTEMD_UNIT: UNIT, ...fields });
  };

  interface Shipped {
    readonly messages: Record<string, string>[];
    readonly said: string;
    readonly peakKiB: number;
  }
  function ship(entries: readonly Buffer[], wanted: number, words = ""): Shipped {
    writeFileSync(path.join(folder, "entries"), Buffer.concat(entries));
    writeFileSync(path.join(folder, "journalctl"), `#!/bin/sh\ncat ${folder}/entries\nexec sleep 60\n`, {
      mode: 0o755,
    });
    const origin = { stack: "s", runner: "r", role: "primary", environment: "e", unit: UNIT } as never;
    const config = JSON.parse(renderRedactor(origin)) as object;
    const own = { ...config, units: [UNIT], files: `${folder}/diag/*.log`, socket: `${folder}/journal`, labels: {} };
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(own));
    const redactor = path.join(projectRoot, "components/scripts/redactor.py");
    const result = spawnSync("python3", ["-c", program, folder, String(wanted), redactor, words], {
      encoding: "utf8",
      timeout: 50_000,
      maxBuffer: 2 ** 28,
    });
    assert.equal(result.status, 0, result.stderr);
    const found = JSON.parse(result.stdout) as { messages: string[]; said: string; peakKiB: number };
    return { ...found, messages: found.messages.map((text) => fieldsOf(Buffer.from(text, "base64"))) };
  }

  it("ships no secret in a program's name, a file's name, a priority or a message of its own", () => {
    writeFileSync(path.join(folder, "diag", `${TOKEN}.log`), "from the file\n");
    mkdirSync(path.join(folder, "diag", `folder-${TOKEN}.log`));
    const { messages, said: words } = ship(
      [said({ MESSAGE: "one", SYSLOG_IDENTIFIER: TOKEN }), said({ MESSAGE: "two", PRIORITY: TOKEN })],
      3,
    );
    assert.deepEqual(messages.map(({ MESSAGE = "" }) => MESSAGE).sort(), ["from the file", "one", "two"]);
    assert.ok(!JSON.stringify([messages, words]).includes(TOKEN.slice(0, 12)), JSON.stringify([messages, words]));
    assert.match(words, /is not a file and is not shipped/);
  });

  it("takes a line for another unit's only from systemd itself", () => {
    const { messages } = ship(
      [
        said({ MESSAGE: "forged", UNIT: "ssh.service" }),
        said({ MESSAGE: "genuine", UNIT, _SYSTEMD_UNIT: "init.scope" }, "1"),
      ],
      2,
    );
    assert.deepEqual(
      messages.map(({ MESSAGE, GHRUNNERS_UNIT }) => [MESSAGE, GHRUNNERS_UNIT]),
      [
        ["forged", UNIT],
        ["genuine", UNIT],
      ],
    );
  });

  it("is not stopped by a field of any length, text or bytes, and holds none in memory", () => {
    const giant = Buffer.alloc(64 * 2 ** 20, "x");
    const bytes = Buffer.from(giant).fill(10, 0, 1);
    const { messages, peakKiB } = ship(
      [
        said({ MESSAGE: "name", SYSLOG_IDENTIFIER: "n".repeat(450_000) }),
        said({ MESSAGE: giant }),
        said({ MESSAGE: "text", SYSLOG_IDENTIFIER: giant }),
        said({ MESSAGE: bytes }),
        said({ MESSAGE: "bytes", PRIORITY: bytes }),
        said({ MESSAGE: "two\nlines" }),
      ],
      6,
    );
    const tooLong = "[REDACTED: entry too long]";
    assert.deepEqual(
      messages.map(({ MESSAGE }) => MESSAGE),
      ["name", tooLong, tooLong, tooLong, tooLong, "two\nlines"],
    );
    assert.equal(messages[0]?.["SYSLOG_IDENTIFIER"]?.length, 200);
    assert.ok(peakKiB < 64 * 1024, `${peakKiB} KiB`);
  });

  it("goes on with the journal where the folder of files is none, and where its own state cannot be written", () => {
    rmSync(path.join(folder, "diag"), { recursive: true });
    writeFileSync(path.join(folder, "diag"), "");
    writeFileSync(path.join(folder, "state/state.json"), "[]");
    mkdirSync(path.join(folder, "state/state.json.new"));
    const { messages, said: words } = ship(
      [said({ MESSAGE: "one" }), said({ MESSAGE: "two" })],
      2,
      "diag: Not a directory",
    );
    assert.equal(messages.length, 2);
    assert.match(words, /cannot read .*diag: Not a directory/);
    assert.match(words, /^(?:cannot [^\n]*\n){1,2}$/, "each is said once");
  });
});

/** Fields of a message in the journal's native protocol. */
function fieldsOf(bytes: Buffer): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    const line = bytes.subarray(at, end).toString();
    const [name = "", ...value] = line.split("=");
    at = end + 1;
    if (value.length > 0) fields[name] = value.join("=");
    else {
      const length = Number(bytes.readBigUInt64LE(at));
      fields[name] = bytes.subarray(at + 8, at + 8 + length).toString();
      at += 8 + length + 1;
    }
  }
  return fields;
}
