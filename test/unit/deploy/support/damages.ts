/** Ways in which a file is lost: each takes the file's path, and the file is there before. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * What a file of the agent may have become, by whatever hand or disk. A read that fails (EIO) is met at every file in
 * the simulation (lab/simulation/file-system.ts).
 */
export const damages: Record<string, (file: string) => void> = {
  missing: (file) => rmSync(file, { recursive: true, force: true }),
  empty: (file) => writeFileSync(file, ""),
  "cut off": (file) => writeFileSync(file, readFileSync(file).subarray(0, readFileSync(file).length / 2)),
  garbage: (file) => writeFileSync(file, Buffer.from([0, 255, 1, 123, 34])),
  "JSON of another kind": (file) => writeFileSync(file, "[]"),
  null: (file) => writeFileSync(file, "null"),
  "of another schema": (file) => writeFileSync(file, '{"schema":"ghrunners.deployment/9"}'),
  "a folder": (file) => {
    rmSync(file, { recursive: true });
    mkdirSync(path.join(file, "inside"), { recursive: true });
  },
  "a link to nowhere": (file) => {
    rmSync(file, { recursive: true });
    symlinkSync("/nowhere", file);
  },
  "a link to another file": (file) => {
    rmSync(file, { recursive: true });
    symlinkSync("/etc/hostname", file);
  },
  "a pipe": (file) => {
    rmSync(file, { recursive: true });
    execFileSync("mkfifo", [file]);
  },
  "a socket": (file) => {
    rmSync(file, { recursive: true });
    // From its folder: the address of a socket may have 107 bytes. Source: unix(7).
    const bind = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])";
    execFileSync("python3", ["-c", bind, path.basename(file)], { cwd: path.dirname(file) });
  },
  // Only root can make one; others get a pipe a second time.
  "a device without an end": (file) => {
    rmSync(file, { recursive: true });
    if (process.getuid?.() === 0) execFileSync("mknod", [file, "c", "1", "5"]);
    else execFileSync("mkfifo", [file]);
  },
};
