/**
 * Makes the bundles: for each of Pulumi's Node processes one file with all that it loads.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { BuildResult, Plugin } from "esbuild";

const { starters } = require("./bundle.cjs") as { readonly starters: string };

/** Loaded as they are, where they are needed: compilers, native code, programs that look for files beside them. */
const external = ["typescript", "@npmcli/arborist", "ts-node", "esbuild", "tsx", "ssh2", "source-map-support"];

/** A bundle's content, as files relative to the project. */
interface Content {
  /** Started or required by the process itself. Loading one of these has effects. */
  readonly programs: readonly string[];
  /** Required by the process, without any effect of their own. */
  readonly libraries: readonly string[];
}

const starter = (name: string, file = "index.js"): string => path.join(starters, name, file);

/** Implementations of dynamic resources: what the provider's text in the state asks for. */
function providers(root: string): string[] {
  return readdirSync(path.join(root, "components"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".provider.ts"))
    .map((file) => path.join("components", file))
    .sort();
}

/** By the starter's name, which is the bundle's too. */
function contents(root: string): Record<string, Content> {
  return {
    run: { programs: [starter("run"), starter("run", "run.js"), "index.ts"], libraries: [] },
    "run-policy-pack": {
      programs: [starter("run-policy-pack"), starter("run-policy-pack", "run.js"), "policy/index.ts"],
      libraries: [],
    },
    "dynamic-provider": { programs: [starter("dynamic-provider")], libraries: providers(root) },
  };
}

/** What a program imports, wherever in it, but for its own parts: libraries, which can be loaded without running it. */
function importsOf(root: string, file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const names = [...text.matchAll(/(?:\brequire\(|\bfrom |\bimport )"([^"]+)"/g)].map((match) => match[1] as string);
  return names
    .filter((name) => !name.startsWith("node:") && !external.includes(name.split("/")[0] as string))
    .map((name) => (name.startsWith(".") ? path.resolve(root, path.dirname(file), name) : name))
    .filter((name) => !name.startsWith(path.join(root, starters)));
}

function entryText(root: string, { programs, libraries }: Content): string {
  const load = (file: string): string => `() => require(${JSON.stringify(file)})`;
  const absolute = (file: string): string => path.join(root, file);
  const modules = [...programs, ...libraries].map(absolute);
  const imports = [...programs.flatMap((file) => importsOf(root, file)), ...libraries.map(absolute)];
  return [
    `exports.modules = {${modules.map((file) => `${JSON.stringify(file)}: ${load(file)}`).join(",\n")}};`,
    `exports.imports = [${[...new Set(imports)].map(load).join(",\n")}];`,
  ].join("\n");
}

const NAMESPACE = "content";

/** The entry of each bundle, which no file holds. */
const entries = (root: string, all: Record<string, Content>): Plugin => ({
  name: "entries",
  setup(build) {
    build.onResolve({ filter: /^content:/ }, ({ path: name }) => ({
      path: name.slice("content:".length),
      namespace: NAMESPACE,
    }));
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path: name }) => ({
      contents: entryText(root, all[name] as Content),
      resolveDir: root,
      loader: "js",
    }));
  },
});

/** The project's own files keep their place: scripts and folders are found beside them. */
const places = (root: string): Plugin => ({
  name: "places",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const text = readFileSync(file, "utf8");
      if (file.startsWith(path.join(root, "node_modules")) || !/\b__(dir|file)name\b/.test(text)) return undefined;
      const place = `const __filename = ${JSON.stringify(file)}, __dirname = ${JSON.stringify(path.dirname(file))};`;
      return { contents: `${place}${text}`, loader: "ts" };
    });
  },
});

/** What Pulumi's SDK does for every resource and promise in case somebody asks; nobody does who runs a bundle. */
const spared: readonly { readonly file: string; readonly text: string; readonly instead: string }[] = [
  // Printed for PULUMI_DEBUG_PROMISE_LEAKS alone.
  {
    file: "runtime/debuggable.js",
    text: "value: new Error().stack",
    instead: "value: exports.debugPromiseLeaks ? new Error().stack : undefined",
  },
  // Places in a bundle are no places in the sources.
  { file: "resource.js", text: "static stackTrace(skip) {", instead: "static stackTrace(skip) { return [];" },
  // A debugger that listens for scripts, to say where a closure that cannot be serialised was written.
  { file: "runtime/closure/v8Hooks.js", text: "    await getSession();\n", instead: "" },
];

const withoutSpared: Plugin = {
  name: "spared",
  setup(build) {
    build.onLoad({ filter: /[\\/]@pulumi[\\/]pulumi[\\/](resource|runtime[\\/].*)\.js$/ }, ({ path: file }) => {
      const found = spared.find((one) => file.endsWith(path.join("@pulumi", "pulumi", ...one.file.split("/"))));
      if (found === undefined) return undefined;
      const [before, after, ...more] = readFileSync(file, "utf8").split(found.text);
      if (after === undefined || more.length > 0) throw new Error(`${found.file} does not have "${found.text}" once.`);
      return { contents: `${before}${found.instead}${after}`, loader: "js" };
    });
  },
};

/** The files a bundle was made of, relative to the project. */
function inputsOf({ metafile }: BuildResult): string[] {
  return Object.keys(metafile?.inputs ?? {}).filter((file) => !file.startsWith(`${NAMESPACE}:`));
}

/**
 * @param root the project folder
 * @param folder an existing folder, which gets the bundles and V8's code for them
 * @returns every file that went in, relative to the project
 * @throws Error when a bundle would behave otherwise than its files
 */
export async function buildBundles(root: string, folder: string): Promise<string[]> {
  const { build } = require("esbuild") as typeof import("esbuild");
  const all = contents(root);
  const result = await build({
    entryPoints: Object.keys(all).map((name) => ({ in: `content:${name}`, out: name })),
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    // Read as one byte a character, which is quickest.
    charset: "ascii",
    legalComments: "none",
    external,
    plugins: [entries(root, all), places(root), withoutSpared],
    metafile: true,
    logLevel: "silent",
    logOverride: { "empty-import-meta": "error" },
  });
  for (const name of Object.keys(all)) warm(root, path.join(folder, `${name}.cjs`));
  return inputsOf(result);
}

/** V8's code for a bundle. Without it the bundle only loads more slowly. */
function warm(root: string, file: string): void {
  const env = { ...process.env, NODE_OPTIONS: undefined };
  const ended = spawnSync(process.execPath, [path.join(__dirname, "warm.cjs"), root, file], { env, encoding: "utf8" });
  if (ended.status !== 0 || !existsSync(`${file}.cache`)) throw new Error(`${path.basename(file)}: ${ended.stderr}`);
}
