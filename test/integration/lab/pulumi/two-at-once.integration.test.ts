import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "@ghrunners/core/until";
import { instanceNamed } from "@ghrunners/lab/instance";
import type { Lab } from "@ghrunners/lab/lifecycle";
import type { LabSession } from "@ghrunners/lab/pulumi/session";
import { ensureLabStack } from "@ghrunners/lab/pulumi/stack";
import { labStack, removeStackFiles } from "@ghrunners/lab/pulumi/stack-files";
import { ensureSecrets } from "@ghrunners/lab/secrets";

/** Makes a stack as Pulumi's file backend does, once the test allows it; refuses one that is there. */
const pulumi = `#!/bin/sh
echo "$1 $2" >>"$FOLDER/calls"
[ "$1 $2" = "stack init" ] || exit 0
tries=0
until [ -e "$FOLDER/go" ]; do tries=$((tries + 1)); [ $tries -lt 300 ] || exit 9; sleep 0.1; done
mkdir -p "$(dirname "$STATE")"
( set -C; : >"$STATE" ) 2>/dev/null && exit 0
echo "error: stack 'organization/ghrunners/lab' already exists" >&2
exit 255
`;

describe("two commands at once that make the same lab's stack", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-two-starts-"));
  const instance = instanceNamed("two-starts", {
    cache: path.join(folder, "cache"),
    state: path.join(folder, "state"),
  });
  after(() => {
    removeStackFiles(instance);
    rmSync(folder, { recursive: true });
  });
  const calls = (): string[] => readFileSync(path.join(folder, "calls"), "utf8").trimEnd().split("\n");
  const inits = (): number => calls().filter((call) => call === "stack init").length;

  it("wait for each other, and the second one finds the stack of the first", async () => {
    writeFileSync(path.join(folder, "pulumi"), pulumi, { mode: 0o755 });
    writeFileSync(path.join(folder, "calls"), "");
    const stack = labStack(instance);
    const session: LabSession = {
      lab: {
        ...{ instance, mode: "api-only", owner: "organization", secrets: ensureSecrets(instance), authority: "" },
        ...{ proxmoxEndpoint: "https://127.0.0.1:1/", githubUrl: "https://127.0.0.1:2" },
      } satisfies Lab,
      stack,
      prefix: [],
      env: {
        PATH: `${folder}:/usr/bin:/bin`,
        FOLDER: folder,
        STATE: path.join(instance.backend, ".pulumi", "stacks", "ghrunners", `${stack}.json`),
      },
    };
    const said: string[] = [];
    const first = ensureLabStack(session, () => undefined);
    await until("the first one makes the stack", 20_000, () => inits() === 1);
    const second = ensureLabStack(session, (line) => said.push(line));
    await until("the second one waits, or makes it too", 20_000, () => said.length > 0 || inits() === 2);
    writeFileSync(path.join(folder, "go"), "");
    await Promise.all([first, second]);
    assert.equal(inits(), 1);
    assert.match(said.join("\n"), /^Waiting for process \d+, which works on the lab "two-starts"$/);
  });
}).timeout(60_000);
