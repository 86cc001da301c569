import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Command } from "commander";
import { program } from "@ghrunners/cli/commands";
import { candidates } from "@ghrunners/cli/completion/candidates";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";
import { projectRoot } from "@ghrunners/core/project-root";
import { refusal } from "../../support/refused-arguments";

const run = (...args: string[]) =>
  runProcess(nodeLine("packages/cli/main.ts", ...args), { cwd: projectRoot, env: process.env });

/** Commands that do something, with their whole name. */
function leaves(command: Command, name = ""): { name: string; command: Command }[] {
  const own = "_actionHandler" in command && command["_actionHandler"] ? [{ name: name.trim(), command }] : [];
  return [...own, ...command.commands.flatMap((child) => leaves(child, `${name} ${child.name()}`))];
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe("the command tree of ghrunners", () => {
  const asked = (name: string): boolean => name !== "complete" && name !== "completion";
  const all = leaves(program()).filter(({ name }) => asked(name));

  it("has every command with an example, --json, --stack and its exit codes", () => {
    assert.ok(all.length >= 18, `${all.length} commands`);
    for (const { name, command } of all) {
      const help = helpOf(command);
      assert.match(help, /^Examples:\n {2}\S/m, name);
      // Its output is the JSON that a setting takes.
      if (name !== "setup github-credential") assert.match(help, /^ {2}--json /m, name);
      assert.match(help, /^ {2}--stack <name> /m, name);
      assert.match(help, /^Exit code: 0 /m, name);
    }
  });

  it("has every command that works on a stack among those whose next lines name it", () => {
    // They read a file, or make one value of others.
    const without = ["blast-radius", "setup github-credential"];
    for (const { name } of all) {
      const expected = without.includes(name) ? `ghrunners ${name}` : `ghrunners ${name} --stack acme`;
      assert.equal(onStack(`ghrunners ${name}`, "acme"), expected);
    }
  });

  it("takes --stack before and after a command", async () => {
    const seen: unknown[] = [];
    for (const line of ["--stack acme status", "status --stack acme", "maintenance --stack acme end --all"]) {
      const root = program();
      for (const { command } of leaves(root)) command.action(() => void seen.push(command.optsWithGlobals().stack));
      await root.parseAsync(line.split(" "), { from: "user" });
    }
    assert.deepEqual(seen, ["acme", "acme", "acme"]);
  });

  it("prints its version", async () => {
    const { code, stdout } = await run("--version");
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it("loads no command's libraries for its help", async () => {
    const script = `require("./packages/cli/commands").program(); console.log(Object.keys(require.cache).join("\\n"))`;
    const { stdout } = await runProcess([process.execPath, "--require", "tsx/cjs", "--eval", script], {
      cwd: projectRoot,
      env: process.env,
    });
    const own = /\/node_modules\/(commander|picocolors|tsx|esbuild)\//;
    const libraries = stdout.split("\n").filter((file) => file.includes("/node_modules/") && !own.test(file));
    assert.deepEqual(libraries, []);
  });

  it("names the nearest command for one that it does not have", async () => {
    const { code, stderr } = await refusal("stauts");
    assert.equal(code, 2);
    assert.match(stderr, /unknown command 'stauts'\n\(Did you mean status\?\)/);
  });

  for (const [group, typed, meant] of [
    ["maintenance", "strat", "start"],
    ["dashboards", "chekc", "check"],
    ["promote", "stagnig", "staging"],
    ["setup", "promxox", "proxmox"],
  ] as const)
    it(`names the nearest verb for one that ${group} does not have`, async () => {
      const { code, stderr } = await refusal(group, typed);
      assert.equal(code, 2);
      assert.equal(
        stderr.split("\n").slice(0, 2).join("\n"),
        `error: unknown command '${typed}'\n(Did you mean ${meant}?)`,
      );
    });

  it("begins each description with a capital letter and ends it with a full stop", () => {
    const visible = program().commands.filter((command) => asked(command.name()));
    for (const command of visible.flatMap((each) => [each, ...each.commands]))
      assert.match(command.description(), /^[A-Z].*\.$/s, command.name());
  });
});

describe("completion", () => {
  const offered = (...words: string[]): string[] => candidates(program(), words, ["production", "staging"]);

  it("offers commands, sub-commands, options, their values and stacks", () => {
    assert.ok(offered("").includes("status") && !offered("").includes("complete"));
    assert.deepEqual(offered("re"), ["restore-monitoring", "restore-protection", "resume", "review"]);
    assert.deepEqual(offered("dashboards", ""), ["check", "render"]);
    assert.deepEqual(offered("status", "--"), ["--every", "--help", "--json", "--stack", "--wait", "--watch"]);
    assert.deepEqual(offered("smoke", "--role", "s"), ["secondary"]);
    assert.deepEqual(offered("status", "--stack", ""), ["production", "staging"]);
    assert.deepEqual(offered("--stack", "production", "g"), ["gate"]);
    assert.deepEqual(offered("status", "--stack", "=", "st"), ["staging"]);
    assert.deepEqual(offered("completion", ""), ["bash", "fish", "zsh"]);
  });

  it("offers nothing for a file, so that the shell does", () => {
    assert.deepEqual(offered("deploy", "--plan", ""), []);
  });

  it("works in bash by Tab", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-completion-"));
    try {
      symlinkSync(path.join(projectRoot, "packages/cli/bin/ghrunners.cjs"), path.join(folder, "ghrunners"));
      const script = [
        "source <(ghrunners completion bash)",
        "COMP_WORDS=(ghrunners status --wai); COMP_CWORD=2; _ghrunners; echo ${COMPREPLY[@]}",
        "COMP_WORDS=(ghrunners rest); COMP_CWORD=1; _ghrunners; echo ${COMPREPLY[@]}",
        "complete -p ghrunners",
      ].join("\n");
      const env = { ...process.env, PATH: `${folder}:${path.dirname(process.execPath)}:${process.env.PATH}` };
      const { stdout, stderr } = await runProcess(["bash", "-c", script], { cwd: projectRoot, env });
      assert.deepEqual(stdout.split("\n"), [
        "--wait",
        "restore-monitoring restore-protection",
        "complete -o default -F _ghrunners ghrunners",
        "",
      ]);
      assert.equal(stderr, "");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
