// What every npm command runs first: plain Node, no dependency, since it also runs before npm install did.
// It checks Node, installs the locked packages when they are not the locked ones, and hands over to the TypeScript command.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePackages } from "./packages.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Command of package.json -> the TypeScript file that is the command, or an installed program and its first arguments. */
const commands = {
  start: "lab/start.ts",
  status: "packages/cli/status/main.ts",
  pulumi: "packages/cli/pulumi/main.ts",
  ops: "packages/cli/main.ts",
  dashboards: "packages/cli/dashboards/main.ts",
  promote: "packages/cli/promote/main.ts",
  deploy: "packages/cli/deploy/main.ts",
  scenarios: "lab/scenarios/main.ts",
  lab: "lab/main.ts",
  toolchain: "lab/toolchain/main.ts",
  test: "test/run.ts",
  bench: "lab/bench/main.ts",
  lint: ["node_modules/eslint/bin/eslint.js", "."],
  format: ["node_modules/prettier/bin/prettier.cjs", "--write", "."],
};

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(2);
}

function checkNode() {
  const required = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).engines.node.replace(/^>=/, "");
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [needMajor, needMinor] = required.split(".").map(Number);
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  fail(
    `Node ${process.versions.node} is too old: this project needs Node ${required} or newer.\nInstall it, then run the same command again.`,
  );
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
await ensurePackages(root, say).catch((error) => fail(error.message));

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
