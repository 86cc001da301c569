// Installs the locked npm packages when node_modules is not what package-lock.json says. Plain Node: runs before there are any.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** How long another command may take to install, in milliseconds. */
const WAIT_LIMIT_MS = 10 * 60_000;
const POLL_MS = 200;

/** node_modules fits when the stamp npm's run left names this lock file; an interrupted install leaves no stamp. */
function areCurrent(stamp, wanted) {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Process numbers in a lock: its owner, and the npm it started, which runs on when only the owner is killed. */
function holders(lock) {
  try {
    return readFileSync(lock, "utf8").split("\n").filter(Boolean).map(Number);
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Creates the lock with its content in one step, so that nobody ever reads it without its owner. */
function tryLock(lock) {
  const draft = `${lock}.${process.pid}`;
  writeFileSync(draft, `${process.pid}\n`);
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The lock of a dead owner is removed by one process alone: by whoever holds a second lock, named after that owner. */
function removeStale(lock, dead) {
  const removal = `${lock}.after-${dead[0]}`;
  const remover = holders(removal);
  if (remover !== undefined && !remover.some(isAlive)) rmSync(removal, { force: true });
  if (!tryLock(removal)) return;
  try {
    if (holders(lock)?.[0] === dead[0]) rmSync(lock, { force: true });
  } finally {
    rmSync(removal, { force: true });
  }
}

async function acquire(lock, say) {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  let told = false;
  while (!tryLock(lock)) {
    const found = holders(lock);
    if (found === undefined) continue;
    const running = found.filter(isAlive);
    if (running.length === 0) {
      removeStale(lock, found);
      continue;
    }
    if (!told) say(`Process ${running[0]} is installing packages here; waiting for it ...`);
    told = true;
    if (Date.now() > deadline) {
      throw new Error(
        `Process ${running[0]} has been installing packages for 10 minutes. If it hangs, end it and remove ${lock}, then run the same command again.`,
      );
    }
    await delay(POLL_MS);
  }
}

/** @returns what npm ended with, as exit code or signal; undefined when all is well */
function runNpm(root, lock) {
  return new Promise((resolve, reject) => {
    const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (npm.pid !== undefined) appendFileSync(lock, `${npm.pid}\n`);
    npm.once("error", () =>
      reject(new Error("npm was not found on PATH. Install it (it comes with Node), then run the same command again.")),
    );
    npm.once("exit", (code, signal) => resolve(code === 0 ? undefined : (signal ?? code)));
  });
}

/**
 * One install at a time in a checkout. After a kill -9 of the command, of npm or of both, the next command installs anew.
 * @param {string} root folder of package.json
 * @param {(line: string) => void} say progress
 * @throws Error with the next command
 */
export async function ensurePackages(root, say) {
  const stamp = path.join(root, "node_modules", ".ghrunners-lock");
  const wanted = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  if (areCurrent(stamp, wanted)) return;
  const lock = path.join(root, "node_modules.lock");
  try {
    await acquire(lock, say);
  } catch (error) {
    if (!["EACCES", "EROFS", "ENOSPC"].includes(error.code)) throw error;
    throw new Error(
      `The npm packages of this checkout are not installed, and ${root} cannot be written (${error.code}). Run the same command once as a user who can write there, or free some space.`,
    );
  }
  try {
    if (areCurrent(stamp, wanted)) return;
    say("Installing the locked npm packages ...");
    const failure = await runNpm(root, lock);
    if (failure !== undefined) {
      throw new Error(
        `npm ci failed (${failure}); its own words are above. Check the network, the registry settings and the free space, then run the same command again.`,
      );
    }
    writeFileSync(stamp, wanted);
  } finally {
    rmSync(lock, { force: true });
  }
}
