// The only file that runs before `npm install` did: plain Node, no dependency.
// It checks Node, installs the locked packages when they are not the locked ones, and hands over to the TypeScript command.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Command of package.json -> the TypeScript file that is the command, or an installed program and its first arguments. */
const commands = {
  start: "ops/start.ts",
  status: "ops/status/main.ts",
  pulumi: "ops/pulumi/main.ts",
  lab: "lab/main.ts",
  toolchain: "toolchain/main.ts",
  test: "test/run.ts",
  bench: "bench/main.ts",
  lint: ["node_modules/eslint/bin/eslint.js", "."],
  format: ["node_modules/prettier/bin/prettier.cjs", "--write", "."],
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

const command = commands[name];
if (typeof command === "string") {
  // In this process: a second Node would cost every command a fifth of a second.
  createRequire(import.meta.url)(path.join(root, "register.cjs"));
  const file = path.join(root, command);
  process.argv = [process.execPath, file, ...args];
  createRequire(import.meta.url)(file);
} else {
  const [program, ...first] = command;
  process.exit(spawnSync(process.execPath, [program, ...first, ...args], { cwd: root, stdio: "inherit" }).status ?? 1);
}
