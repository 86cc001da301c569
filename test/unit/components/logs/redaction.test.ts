import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { redacted, redactions } from "@ghrunners/core/vocabulary/redaction";
import { renderRedactor } from "@ghrunners/components/runner/render-journal-upload";
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
worker = redactor.Redactor(json.loads(given["config"])["redactions"], {})
json.dump([worker.redact(stream, text) for stream, text in given["lines"]], sys.stdout)
`;
  const result = spawnSync("python3", ["-c", program, folder], {
    input: JSON.stringify({ config: renderRedactor(origin), lines }),
    encoding: "utf8",
  });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout) as (string | null)[];
}

describe("redaction of logs", () => {
  it("every pattern has exactly one capturing group: what is replaced", () => {
    for (const { name, pattern } of redactions) {
      const groups = pattern.replace(/\\./g, "").match(/\((?!\?)/g) ?? [];
      assert.equal(groups.length, 1, `${name}: ${pattern}`);
      assert.ok(!/\(\?[=!<]|\\\d/.test(pattern), `${name}: RE2 has neither look-around nor back references`);
    }
  });

  for (const { name, lines, parts } of plantedSecrets()) {
    it(`takes out: ${name}`, () => {
      const result = redact(lines.map((line) => ["stream", line] as const));
      const text = result.filter((line) => line !== null).join("\n");
      for (const part of parts) assert.ok(!text.includes(part), text);
      assert.match(text, /\[REDACTED [a-z-]+\]/);
    });
  }

  it("keeps what stands around a secret", () => {
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

  it("a key of one stream does not silence another, nor its own for ever", () => {
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

  it("leaves ordinary lines of the runner alone", () => {
    const lines = [
      "2026-11-22 08:00:00Z: Listening for Jobs",
      "2026-11-22 08:00:00Z: Running job: deploy",
      "2026-11-22 08:00:00Z: Job deploy completed with result: Succeeded",
      "[2026-11-22 08:00:00Z INFO MessageListener] No message retrieved from session '0a1b2c3d-1111-2222-3333-444455556666' within last 30 minutes.",
      "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      "https://github.com/octo-org/demo-app/actions/runs/1",
    ];
    assert.deepEqual(redact(lines.map((line) => ["stream", line] as const)), lines);
  });

  it("a token is found wherever it stands in a line", () => {
    const around = fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => !/[A-Za-z0-9_.-]/.test(text));
    const samples = fc.sample(fc.tuple(around, around), 100);
    const token = plantedSecrets()[0]!.parts[0]!;
    const result = redact(samples.map(([before, after]) => ["stream", `${before}${token}${after}`] as const));
    for (const line of result) assert.ok(line === null || !line.includes(token), line ?? "");
  });
});
