import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { orEmpty } from "../resources/or-empty";
import { PulumiRelease } from "../resources/pulumi-release";
import { readScript, renderScript, rootCommand } from "../scripts/connection";
import { defaults } from "./defaults";
import type { RunnerArchive } from "./runner-archive";
import type { GitHubArgs } from "./settings";

/** The Pulumi CLI that a delivery runner gets. */
export interface PulumiCliArgs {
  /**
   * Release number.
   * @example "3.276.0"
   */
  readonly version: pulumi.Input<string>;
  /**
   * Pinned archive of that version, an https URL; set it together with `sha256`.
   * @default that of the version's release at GitHub
   */
  readonly downloadUrl?: pulumi.Input<string> | undefined;
  /**
   * SHA-256 of the archive, 64 lower-case hexadecimal digits.
   * @default the digest that GitHub lists for it
   */
  readonly sha256?: pulumi.Input<string> | undefined;
}

/** The pinned archive, else that of the version's release at GitHub, which is looked up once and then kept. */
function archiveOf(
  name: string,
  { version, downloadUrl: url, sha256 }: PulumiCliArgs,
  { repository, url: githubUrl = defaults.githubUrl }: GitHubArgs,
  parent: pulumi.Resource,
): pulumi.Output<RunnerArchive> {
  if (url !== undefined && sha256 !== undefined) return pulumi.output({ version, url, sha256 });
  const release = new PulumiRelease(name, { githubUrl, repository, version }, { parent });
  return pulumi.output({
    version: orEmpty(release.version),
    url: orEmpty(release.url),
    sha256: orEmpty(release.sha256),
  });
}

/**
 * Installs the Pulumi CLI on a host, by URL and SHA-256, in /usr/local/bin.
 * @param host its connection; contains the private key as a secret
 * @param incarnation MAC address of the machine: if it changes, everything is installed again
 * @example installPulumi("delivery-pulumi", { version: "3.276.0" }, github, connection, mac, { parent })
 */
export function installPulumi(
  name: string,
  args: PulumiCliArgs,
  github: GitHubArgs,
  host: pulumi.Input<command.types.input.remote.ConnectionArgs>,
  incarnation: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
): command.remote.Command {
  const script = readScript("pulumi-cli.sh");
  const archive = archiveOf(`${name}-release`, args, github, opts.parent);
  return new command.remote.Command(
    name,
    {
      connection: host,
      create: rootCommand("install"),
      update: rootCommand("install"),
      delete: rootCommand("remove"),
      stdin: pulumi
        .all([archive, incarnation])
        .apply(([{ version, url, sha256 }, MACHINE]) =>
          renderScript(script, { MACHINE, VERSION: version, ARCHIVE_URL: url, ARCHIVE_SHA256: sha256 }),
        ),
      addPreviousOutputInEnv: false,
    },
    { customTimeouts: { create: "15m", update: "15m", delete: "5m" }, ...opts },
  );
}
