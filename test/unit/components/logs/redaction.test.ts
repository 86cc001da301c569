import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { redacted, redactions } from "@ghrunners/core/vocabulary/redaction";
import { renderRedactor } from "@ghrunners/components/runner/render-journal-upload";
import { secretsIn } from "@ghrunners/deploy/target/secret-scan";
import { plantedSecrets } from "./planted";
import { projectRoot } from "@ghrunners/core/project-root";

const folder = path.join(projectRoot, "components", "scripts");
const origin = { host: "runner-1", environment: "test", role: "primary", unit: "actions.runner.o-r.runner-1.service" };

/** Lets the redactor of the hosts work on lines of streams; null where it drops the line. */
function redact(lines: readonly (readonly [stream: string, text: string])[]): (string | null)[] {
  const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import redactor
given = json.load(sys.stdin)
config = json.loads(given["config"])
worker = redactor.Redactor(config["redactions"], {}, config["terminalSequences"])
json.dump([worker.redact(stream, text) for stream, text in given["lines"]], sys.stdout)
`;
  const result = spawnSync("python3", ["-c", program, folder], {
    input: JSON.stringify({ config: renderRedactor(origin), lines }),
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
    timeout: 60_000,
  });
  assert.equal(result.signal, null, "it computes for more than a minute");
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout) as (string | null)[];
}

describe("redaction of logs", () => {
  it("every pattern has exactly one capturing group: what is replaced", () => {
    for (const { name, pattern } of redactions) {
      const groups = pattern.replace(/\\./g, "").match(/\((?!\?)/g) ?? [];
      assert.equal(groups.length, 1, `${name}: ${pattern}`);
      assert.ok(!/\(\?[=!<]|\\\d/.test(pattern), `${name}: RE2 has neither look-around nor back references`);
      const bounds = [...pattern.matchAll(/\{\d+,(\d+)\}/g)].map(([, most]) => Number(most));
      assert.ok(Math.max(0, ...bounds) <= 1000, `${name}: RE2 repeats nothing more than 1000 times`);
    }
  });

  it("also takes secrets out of the words with which an error ends the redactor", () => {
    const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import redactor
config = json.load(sys.stdin)
sys.excepthook = redactor.Redactor(config["redactions"], {}, config["terminalSequences"]).report
raise ValueError("cannot read 'password=hunter2hunter2'")
`;
    const { stderr } = spawnSync("python3", ["-c", program, folder], {
      input: renderRedactor(origin),
      encoding: "utf8",
    });
    assert.match(stderr, /^Traceback[^]*ValueError: cannot read 'password=\[REDACTED [a-z-]+\]/);
    assert.ok(!stderr.includes("hunter2"), stderr);
  });

  const planted = plantedSecrets();
  let withoutSecrets: (string | null)[][];
  before(() => {
    // One process for all: each secret in a stream of its own.
    const result = redact(
      planted.flatMap(({ lines }, index) => lines.map((line) => [`stream ${index}`, line] as const)),
    );
    withoutSecrets = planted.map(({ lines }) => result.splice(0, lines.length));
  });
  for (const [index, { name, parts }] of planted.entries()) {
    it(`takes out of log lines: ${name}`, () => {
      const text = (withoutSecrets[index] ?? []).filter((line) => line !== null).join("\n");
      for (const part of parts) assert.ok(!text.includes(part), text);
      assert.match(text, /\[REDACTED [a-z-]+\]/);
    });
  }

  it("keeps the text around a secret", () => {
    const token = `ghp_${"a".repeat(36)}`;
    const lines = [
      `before ${token} after`,
      "key:",
      "-----BEGIN PRIVATE KEY-----",
      "AAAA",
      "-----END PRIVATE KEY-----",
      "next",
    ];
    assert.deepEqual(redact(lines.map((line) => ["stream", line] as const)), [
      `before ${redacted("github-token")} after`,
      "key:",
      redacted("private-key"),
      null,
      null,
      "next",
    ]);
  });

  it("a key of one stream does not silence another, nor its own forever", () => {
    const lines: [string, string][] = [
      ["a", "-----BEGIN RSA PRIVATE KEY-----"],
      ["b", "Listening for Jobs"],
      ...Array.from({ length: 200 }, (): [string, string] => ["a", "line"]),
      ["a", "at last"],
    ];
    const result = redact(lines);
    assert.equal(result[1], "Listening for Jobs");
    assert.equal(result.at(-1), "at last");
    assert.ok(result.slice(2, -1).every((line) => line === null));
  });

  // With patterns that try again at each place of a line, one of these lines alone takes minutes.
  it("no line that a job can write makes it compute for long, nor the scan for secrets on the targets", () => {
    const length = 64 * 1024;
    const pieces = [
      "a@a!",
      "a",
      " ",
      "eyJ",
      "eyJ-",
      "://a:",
      "://",
      "-----BEGIN ",
      "-----BEGIN PRIVATE KEY-----",
      "-----END A",
      "password",
      "password=",
      'password":"\\',
      "--token ",
      "--token=",
      "-u a:",
      "-u a",
      "authorization:",
      "authorization: bearer ",
      "!a=",
      "!",
      "PVEAuthCookie=",
      "\u001b[",
      "\u001b]",
      "%",
      "%2",
      "\\u00",
      "ghp_",
      "xox",
      "A",
      "AKIA",
    ];
    const lines = pieces.map((piece) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length));
    redact(lines.map((line, index) => [`stream ${index}`, line] as const));
    for (const line of lines) secretsIn(line);
  }).timeout(120_000);

  it("leaves ordinary lines of the runner alone", () => {
    const lines = [
      "2026-11-22 08:00:00Z: Listening for Jobs",
      "2026-11-22 08:00:00Z: Running job: deploy",
      "2026-11-22 08:00:00Z: Job deploy completed with result: Succeeded",
      "[2026-11-22 08:00:00Z INFO MessageListener] No message retrieved from session '0a1b2c3d-1111-2222-3333-444455556666' within last 30 minutes.",
      "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      "https://github.com/octo-org/demo-app/actions/runs/1",
      'FATAL: password authentication failed for user "demo"',
      "LoadCredential=session-secret:/etc/demo/session-secret",
      "docker exec --user root app true; 100% done, %zz, \\u12",
      "PULUMI_CONFIG_PASSPHRASE_FILE=/run/passphrase",
    ];
    assert.deepEqual(redact(lines.map((line) => ["stream", line] as const)), lines);
  });

  it("a token is found at any position in a line", () => {
    const around = fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => !/[A-Za-z0-9_.-]/.test(text));
    const samples = fc.sample(fc.tuple(around, around), 100);
    const token = plantedSecrets()[0]!.parts[0]!;
    const result = redact(samples.map(([before, after]) => ["stream", `${before}${token}${after}`] as const));
    for (const line of result) assert.ok(line === null || !line.includes(token), line ?? "");
  });
});
