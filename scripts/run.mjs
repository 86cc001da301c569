// The only file that runs before `npm install` did: plain Node, no dependency.
// It checks Node, installs the locked packages when they are not the locked ones, and hands over to the TypeScript command.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tsx = ["--import", "tsx"];
const bin = (name) => [path.join(root, "node_modules", ...name.split("/"))];

/** Command of package.json -> what Node is started with. */
const commands = {
  start: [...tsx, "ops/start.ts"],
  status: [...tsx, "ops/status/main.ts"],
  pulumi: [...tsx, "ops/pulumi/main.ts"],
  lab: [...tsx, "lab/main.ts"],
  toolchain: [...tsx, "toolchain/main.ts"],
  test: [...tsx, "test/run.ts"],
  bench: [...tsx, "bench/main.ts"],
  docs: [...tsx, "scripts/docs.ts"],
  lint: [...bin("eslint/bin/eslint.js"), "."],
  format: [...bin("prettier/bin/prettier.cjs"), "--write", "."],
};

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

function checkNode() {
  const required = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).engines.node.replace(/^>=/, "");
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [needMajor, needMinor] = required.split(".").map(Number);
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  fail(`Node ${process.versions.node} is too old: this project needs Node ${required} or newer.\nInstall it, then run the same command again.`);
}

/** node_modules fits when the stamp npm's run left names this lock file; an interrupted install leaves no stamp. */
function packagesAreCurrent(stamp, wanted) {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

function ownerIsAlive(lock) {
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** One install at a time in this checkout; the lock of a killed owner is taken over. */
async function withInstallLock(work) {
  const lock = path.join(root, "node_modules.lock");
  const deadline = Date.now() + 10 * 60_000;
  for (;;) {
    try {
      const handle = openSync(lock, "wx");
      writeFileSync(handle, String(process.pid));
      closeSync(handle);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (!ownerIsAlive(lock) && age > 1_000) rmSync(lock, { force: true });
      else if (Date.now() > deadline) fail(`Another command has been installing packages for 10 minutes (${lock}). If none is running, remove that file.`);
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

async function ensurePackages() {
  const stamp = path.join(root, "node_modules", ".ghrunners-lock");
  const wanted = createHash("sha256").update(readFileSync(path.join(root, "package-lock.json"))).digest("hex");
  if (packagesAreCurrent(stamp, wanted)) return;
  await withInstallLock(() => {
    if (packagesAreCurrent(stamp, wanted)) return;
    process.stderr.write("Installing the locked npm packages ...\n");
    const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    if (npm.status !== 0) fail("npm ci failed (its own words are above). Check the network or the registry settings, then run the same command again.");
    writeFileSync(stamp, wanted);
  });
}

function usage() {
  return `usage: npm run <command> [-- arguments]\n\ncommands: ${Object.keys(commands).join(", ")}\n`;
}

const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === "--help") {
  process.stdout.write(usage());
  process.exit(name === undefined ? 2 : 0);
}
if (!Object.hasOwn(commands, name)) fail(`Unknown command "${name}".\n${usage()}`);
checkNode();
await ensurePackages();

const child = spawn(process.execPath, [...commands[name], ...args], { cwd: root, stdio: "inherit" });
// The terminal sends Ctrl-C to the child as well; a signal sent to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0)));
