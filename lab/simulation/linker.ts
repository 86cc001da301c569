/**
 * Loads the product's own source files with another operating system below them: modules of Node that reach the system,
 * and the globals that do, are the simulation's. The product does not know it.
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";
import { transformSync } from "esbuild";
import { projectRoot } from "@ghrunners/core/project-root";

/** A place of a source file that is loaded otherwise. */
export interface Patch {
  /** Relative to the project. */
  readonly file: string;
  /** Text that occurs there exactly once. */
  readonly seen: string;
  readonly instead: string;
}

export interface LinkOptions {
  /** Modules by the name that the product imports them by. */
  readonly modules: Readonly<Record<string, unknown>>;
  /** Names that every file finds as globals. */
  readonly globals: Readonly<Record<string, unknown>>;
  readonly patches?: readonly Patch[];
}

const workspaces: Readonly<Record<string, string>> = Object.fromEntries(
  ["core", "deploy", "failover", "metrics-server"].map((name) => [name, `packages/${name}`]),
);
const compiled = new Map<string, string>();
const real = createRequire(__filename);

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true;

export class Linker {
  private readonly loaded = new Map<string, { exports: unknown }>();
  private readonly functions = new Map<string, (...parameters: unknown[]) => void>();

  constructor(private readonly link: LinkOptions) {}

  /** The exports of a file of the product, loaded once. @param file relative to the project */
  load<Exports>(file: string): Exports {
    return this.module(path.join(projectRoot, file)) as Exports;
  }

  /** Runs a file again, as a starting process does; what it imports is loaded once. */
  run(file: string): void {
    this.evaluate(path.join(projectRoot, file), { exports: {} });
  }

  private module(file: string): unknown {
    const known = this.loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    this.loaded.set(file, module);
    if (file.endsWith(".json")) module.exports = JSON.parse(readFileSync(file, "utf8"));
    else this.evaluate(file, module);
    return module.exports;
  }

  private evaluate(file: string, module: { exports: unknown }): void {
    const { globals } = this.link;
    let body = this.functions.get(file);
    if (body === undefined) {
      const names = ["require", "module", "exports", "__filename", "__dirname", ...Object.keys(globals)];
      body = vm.compileFunction(this.codeOf(file), names, { filename: file }) as (...parameters: unknown[]) => void;
      this.functions.set(file, body);
    }
    const require = (name: string): unknown => this.required(name, file);
    body(require, module, module.exports, file, path.dirname(file), ...Object.values(globals));
  }

  private codeOf(file: string): string {
    const text = this.sourceOf(file);
    const known = compiled.get(text);
    if (known !== undefined) return known;
    const { code } = transformSync(text, {
      loader: "ts",
      format: "cjs",
      target: "node22",
      supported: { "dynamic-import": false },
    });
    compiled.set(text, code);
    return code;
  }

  private sourceOf(file: string): string {
    let text = readFileSync(file, "utf8");
    for (const patch of this.link.patches ?? []) {
      if (path.join(projectRoot, patch.file) !== file) continue;
      const places = text.split(patch.seen).length - 1;
      if (places !== 1)
        throw new Error(`${patch.file} has ${places} places with "${patch.seen}". Expected one, to revert a fix.`);
      text = text.replace(patch.seen, () => patch.instead);
    }
    return text;
  }

  private required(name: string, from: string): unknown {
    if (name in this.link.modules) return this.link.modules[name];
    const own = /^@ghrunners\/([^/]+)\/(.+)$/.exec(name);
    if (name.startsWith(".")) return this.module(fileOf(path.join(path.dirname(from), name)));
    if (own === null) return real(name);
    const [, workspace = "", rest = ""] = own;
    return this.module(fileOf(path.join(projectRoot, workspaces[workspace] ?? workspace, rest)));
  }
}

function fileOf(stem: string): string {
  const found = [`${stem}.ts`, path.join(stem, "index.ts"), stem].find(isFile);
  if (found === undefined) throw new Error(`${stem} is no file of the project. Expected one that is imported.`);
  return found;
}
