import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";

/** A lab whose state is on a small file system of its own, full to the last byte, with a service that runs. */
const fullLab = `set -eu
mount -t tmpfs -o size=64k none "$STATE"
lab=$STATE/ghrunners/fulldisk
mkdir -p "$lab/run" "$lab/logs"
identity() { printf '{"pid":%s,"start":"%s"}' "$1" "$(cut -d ' ' -f 22 "/proc/$1/stat")"; }
setsid sleep 600 & service=$!
trap 'kill $service 2>/dev/null || true' EXIT
identity $service >"$lab/run/proxmox.pid"
`;
const fill = `dd if=/dev/zero of="$lab/logs/proxmox.log" bs=4k 2>/dev/null || true
if echo more >"$lab/logs/other" 2>/dev/null; then echo "the disk is not full"; exit 9; fi
`;
/** What is left: files, and the service. */
const left = `find "$STATE" -type f
if kill -0 $service 2>/dev/null && ! grep -q '^State:.Z' /proc/$service/status; then echo "the service runs"; fi
`;

/** A file system that is really full, in a mount namespace that ends with the process. Needs root. */
describe("lab down on a full disk", () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), "ghr-down-"))));
  afterEach(() => {
    assert.ok(!readFileSync("/proc/self/mountinfo", "utf8").includes(folder), "the mount is seen outside");
    rmSync(folder, { recursive: true });
  });

  const run = (script: string): ReturnType<typeof runProcess> =>
    runProcess(["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", ...down], {
      cwd: projectRoot,
      env: {
        ...{ STATE: folder, XDG_STATE_HOME: folder, HOME: folder, GHRUNNERS_LAB: "fulldisk" },
        PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin:/usr/sbin:/sbin`,
      },
    });
  const down = nodeLine("lab/main.ts", "down");

  it("ends what runs and frees everything", async () => {
    const { code, stdout, stderr } = await run(`${fullLab}${fill}"$@"\n${left}`);
    assert.deepEqual([code, stdout], [0, ""], stderr);
    assert.match(stderr, /The disk is full: going on without the lab's lock file/);
    assert.match(stderr, /The lab "fulldisk" is down/);
  });

  it("waits for the command that works on the lab", async () => {
    const { code, stdout, stderr } = await run(`${fullLab}sleep 600 & other=$!
identity $other >"$lab/run/lab.lock"
${fill}"$@" 2>&1 | tee "$STATE.said" >&2 & down=$!
tries=0
until grep -q "Waiting for process $other" "$STATE.said" 2>/dev/null; do
  tries=$((tries + 1)); [ $tries -lt 300 ] || { echo "it does not wait"; kill $other; break; }
  sleep 0.1
done
kill -0 $service
kill $other
wait $down
rm "$STATE.said"
${left}`);
    assert.deepEqual([code, stdout], [0, ""], stderr);
    assert.match(stderr, /The lab "fulldisk" is down/);
  });
}).timeout(90_000);
