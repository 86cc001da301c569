// The first step of every npm script: installs the locked packages when node_modules holds others, or none, and checks Node.
// Plain JavaScript without any package, for any Node: the packages bring a new enough one along.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const say = (text) => console.error(text);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const run = (program, ...args) => spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });

/** Some packages are published with "v1.2.3", which npm's lock file has as "1.2.3". */
const versionIn = (file) => read(file).version.replace(/^v/, "");

/** npm leaves out optional packages of other systems. */
const isForAnother = ({ optional, devOptional, os = process.platform, cpu = process.arch, libc }) =>
  (optional || devOptional) &&
  (libc !== undefined || ![os].flat().includes(process.platform) || ![cpu].flat().includes(process.arch));

/** npm writes its list of what is installed last, so an interrupted install does not count. */
function isInstalled() {
  if (!existsSync("node_modules/.package-lock.json")) return false;
  return Object.entries(read("package-lock.json").packages).every(([folder, wanted]) => {
    const file = `${folder}/package.json`;
    if (folder === "") return true;
    if (!existsSync(file)) return isForAnother(wanted);
    return wanted.link || versionIn(file) === wanted.version;
  });
}

function install() {
  if (isInstalled()) return 0;
  say("Installing the locked npm packages ...");
  const { status, signal, error } = run("npm", "ci", "--loglevel=error");
  if (status === 0) return 0;
  say(
    `npm ci failed (${error?.message ?? signal ?? status}). Mend what it says above, then run the same command again.`,
  );
  return 2;
}

/** One install at a time in a checkout: a lock of the kernel on its folder, which ends with the last process of the install. */
function installAlone() {
  const again = [process.execPath, process.argv[1], "--locked"];
  const { status, error } = run("flock", "-n", ".", ...again);
  if (error) return install(); // macOS has no flock program
  if (status !== 1) return status ?? 2;
  say("Another command is installing packages here; waiting for it ...");
  return run("flock", ".", ...again).status ?? 2;
}

function checkNode() {
  const wanted = read("package.json").engines.node.replace(/^>=/, "");
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [wantedMajor, wantedMinor] = wanted.split(".").map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return 0;
  if (existsSync("node_modules/.bin/node")) return 0;
  say(
    `Node ${process.versions.node} is too old, ${wanted} or newer is needed. Install it, then run the same command again.`,
  );
  return 2;
}

process.exitCode = process.argv[2] === "--locked" ? install() : (isInstalled() ? 0 : installAlone()) || checkNode();
