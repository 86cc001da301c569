import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { readScript, renderScript, rootCommand } from "./connection";

/** Longest wait for each of: the first boot, apt's locks, a mirror that fails. Seconds. */
const LIMIT_SECONDS = 300;

/** Arguments of {@link installPackages}. */
export interface PackagesArgs {
  /** Connection of the host; contains the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** MAC address or host key of the machine: if it changes, everything is installed again. */
  readonly incarnation: pulumi.Input<string>;
  /** Debian packages; `libicu` stands for that of the host's release. */
  readonly packages: readonly string[];
  /**
   * Switches off changes that the host makes by itself: package upgrades, because they break a running job, and new SSH
   * host keys, because the pinned one identifies it.
   */
  readonly keepsStill: boolean;
}

/**
 * Installs the packages of a host, in one step that all its other steps depend on: parallel steps would block each
 * other by apt's locks, and at a first boot the system's own upgrades hold them.
 */
export function installPackages(
  name: string,
  { connection, incarnation, packages, keepsStill }: PackagesArgs,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const install = rootCommand("install");
  const script = readScript("packages.sh");
  const parameters = {
    PACKAGES: packages.join(" "),
    KEEPS_STILL: String(keepsStill),
    LIMIT_SECONDS: String(LIMIT_SECONDS),
  };
  return new command.remote.Command(
    name,
    {
      connection,
      create: install,
      update: install,
      delete: rootCommand("remove"),
      stdin: pulumi.output(incarnation).apply((MACHINE) => renderScript(script, { MACHINE, ...parameters })),
      addPreviousOutputInEnv: false,
    },
    // The sum of the script's waits, and the installation itself.
    { customTimeouts: { create: "25m", update: "25m", delete: "5m" }, ...opts },
  );
}
