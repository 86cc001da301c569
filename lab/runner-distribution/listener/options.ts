import { ExitError, exitCodes } from "./release";

interface OptionTable {
  readonly values: readonly string[];
  readonly flags: readonly string[];
}

const commands: Readonly<Record<string, OptionTable>> = {
  configure: {
    values: ["url", "token", "name", "runnergroup", "labels", "work", "pat", "auth"],
    flags: ["unattended", "replace", "no-default-labels", "disableupdate", "ephemeral", "generateServiceConfig"],
  },
  remove: { values: ["token", "pat"], flags: ["local", "unattended"] },
  run: { values: ["startuptype", "jitconfig"], flags: ["once"] },
};

export interface ListenerOptions {
  readonly command: string;
  readonly values: Readonly<Record<string, string>>;
  readonly flags: ReadonlySet<string>;
}

const prefix = "ACTIONS_RUNNER_INPUT_";

/**
 * Reads the command line and ACTIONS_RUNNER_INPUT_*. Those variables are taken out of `env`, so that no job sees them.
 * @throws Exit 1 for anything that GitHub's runner does not know either
 */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): ListenerOptions {
  const given: Record<string, string> = {};
  for (const name of Object.keys(env).filter((key) => key.toUpperCase().startsWith(prefix))) {
    given[name.slice(prefix.length).toLowerCase()] = env[name] ?? "";
    Reflect.deleteProperty(env, name);
  }
  const [command = "run", ...rest] = args[0]?.startsWith("-") === false ? args : ["run", ...args];
  const table = commands[command];
  if (table === undefined) throw unknown(command, [command]);
  const values: Record<string, string> = {};
  const flags = new Set<string>();
  for (const name of table.values) if (given[name] !== undefined) values[name] = given[name];
  for (const name of table.flags) if (/^(true|1)$/i.test(given[name.toLowerCase()] ?? "")) flags.add(name);
  const wrong: string[] = [];
  for (let index = 0; index < rest.length; index += 1) {
    const argument = rest[index] as string;
    const name = canonical(table, argument.replace(/^--/, ""));
    const next = rest[index + 1];
    if (!argument.startsWith("--") || name === undefined) {
      wrong.push(argument.replace(/^--/, ""));
    } else if (table.flags.includes(name)) {
      flags.add(name);
    } else if (next === undefined || next.startsWith("--")) {
      values[name] = "";
    } else {
      values[name] = next;
      index += 1;
    }
  }
  if (wrong.length > 0) throw unknown(command, wrong);
  return { command, values, flags };
}

function canonical(table: OptionTable, name: string): string | undefined {
  return [...table.values, ...table.flags].find((known) => known.toLowerCase() === name.toLowerCase());
}

function unknown(command: string, wrong: readonly string[]): ExitError {
  const list = wrong.map((name) => `'${name}'`).join(", ");
  return new ExitError(
    exitCodes.terminated,
    `Unrecognized command-line input arguments for command ${command}: ${list}. For usage refer to: .\\config.cmd --help or ./config.sh --help`,
  );
}

export const help = `
Commands:
 ./config.sh         Configures the runner
 ./config.sh remove  Unconfigures the runner
 ./run.sh            Runs the runner interactively. Does not require any options.

Options:
 --help     Prints the help for each command
 --version  Prints the runner version

Config Options:
 --unattended           Disable interactive prompts for missing arguments (the lab runner never prompts)
 --url string           Repository or organization to add the runner to. Required
 --token string         Registration token. Required (ACTIONS_RUNNER_INPUT_TOKEN keeps it out of the process list)
 --name string          Name of the runner to configure (default: the host name)
 --runnergroup string   Runner group of the organization (default: Default)
 --labels string        Custom labels that will be added to the runner, separated by commas
 --no-default-labels    Do not add the default labels; --labels is mandatory then
 --work string          Relative runner work directory (default _work)
 --replace              Replace any existing runner with the same name
 --disableupdate        GitHub never tells the runner to update itself
 --ephemeral            Take one job and then be unconfigured
 --local                With remove: remove the local files only
`;
