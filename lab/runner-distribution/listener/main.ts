import path from "node:path";
import { Diagnostics } from "./diagnostics";
import { configure, unconfigure } from "./configure";
import { Listener } from "./listen";
import { help, type ListenerOptions, readOptions } from "./options";
import { ExitError, exitCodes, release } from "./release";
import { SettingsFolder } from "./settings";

const root = path.dirname(__dirname);
/** After SIGINT a worker has this long to end its job; RunnerService.js kills the listener a little later. */
const drainMilliseconds = 25_000;

async function main(args: readonly string[]): Promise<number> {
  // GitHub's program opens a page of its log before it looks at its arguments (HostContext, HostTraceListener).
  const diagnostics = new Diagnostics(root, "Runner");
  diagnostics.info("Listener", `Lab runner ${release.version}, process ${process.pid}, arguments read`);
  if (args.includes("--version")) {
    console.log(release.version);
    return exitCodes.success;
  }
  if (args.includes("--commit")) {
    console.log("lab runner");
    return exitCodes.success;
  }
  if (args.includes("--help")) {
    console.log(help);
    return exitCodes.success;
  }
  const options = readOptions(args, process.env);
  const folder = new SettingsFolder(root);
  if (options.command === "configure") await configure(options, folder);
  else if (options.command === "remove") await unconfigure(options, folder);
  else return run(options, folder, diagnostics);
  return exitCodes.success;
}

async function run(
  { values, flags }: ListenerOptions,
  folder: SettingsFolder,
  diagnostics: Diagnostics,
): Promise<number> {
  // A distribution that is broken on purpose: it simulates a bad release, which crashes as soon as it runs.
  if (release.breaksAtStart)
    throw new Error(`Lab runner ${release.version} is broken on purpose: the listener crashes at start.`);
  if (values.jitconfig !== undefined)
    throw new ExitError(exitCodes.terminated, "--jitconfig is not modelled by the lab runner.");
  if (!folder.isConfigured) {
    throw new ExitError(exitCodes.terminated, "Not configured. Run config.(sh/cmd) to configure the runner.");
  }
  const shutdown = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (shutdown.signal.aborted) return;
      console.log("Exiting...");
      shutdown.abort();
      setTimeout(() => process.exit(exitCodes.terminated), drainMilliseconds).unref();
    });
  }
  diagnostics.info(
    "Listener",
    `Lab runner ${release.version}, process ${process.pid}, startup type ${values.startuptype ?? "manual"}`,
  );
  const listener = new Listener({
    root,
    settings: folder.read(),
    credential: folder.credential(),
    migrate: () => folder.migrate(),
    diagnostics,
    once: flags.has("once"),
    env: { ...process.env, ...folder.environmentFile() },
    shutdown: shutdown.signal,
    print: (line) => console.log(line),
  });
  try {
    return await listener.run();
  } catch (error) {
    diagnostics.error("Listener", (error as Error).message);
    throw error;
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof ExitError) {
      console.error(error.message);
      process.exit(error.code);
    }
    console.error(`Unhandled exception. ${(error as Error).stack ?? String(error)}`);
    // What a shell sees of SIGABRT, with which an unhandled exception ends GitHub's listener.
    process.exit(134);
  },
);
