/**
 * The dynamic resource InstalledExporter: the bundle is sent over SSH on standard input and is not in the state.
 */
import * as pulumi from "@pulumi/pulumi";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { bundleExporter, type ExporterKind } from "@ghrunners/exporter/bundle";
import {
  type ExporterConfig,
  exporterParameters,
  installParameters,
  installScript,
  unitSha256,
} from "@ghrunners/exporter/install";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { runScript } from "@ghrunners/core/ssh/script";
import type { HostSession } from "@ghrunners/core/ssh/session";
import { DynamicResource } from "./dynamic-resource";
import { configure, openGitHub, packageSecret, withHost } from "./provider-access";
import { sshLibrary } from "../libraries";

/** Arguments of {@link InstalledExporter}. */
export interface InstalledExporterArgs {
  readonly kind: ExporterKind;
  readonly host: pulumi.Input<HostAddress>;
  /** MAC address of the machine, or any text that changes when the machine is replaced. */
  readonly incarnation: pulumi.Input<string>;
  /**
   * What it monitors and where it listens; see packages/exporter/config.ts.
   * @example { view: "fleet", listen: { host: "127.0.0.1", port: 9102 }, githubUrl: "https://github.com", ... }
   */
  readonly config: pulumi.Input<ExporterConfig>;
  /**
   * Beginning of the SHA-256 of the token, so that another token causes an update. The token itself is the
   * configuration key `ghrunners:exporterToken` for the fleet view, `ghrunners:failoverToken` for the failover switch.
   * @default none: another token causes no update
   */
  readonly tokenFingerprint?: pulumi.Input<string>;
}

/** The same, resolved, as the provider receives and stores it. */
export interface ExporterInputs {
  readonly kind: ExporterKind;
  readonly host: HostAddress;
  readonly incarnation: string;
  readonly config: ExporterConfig;
  readonly tokenFingerprint: string | undefined;
  /** SHA-256 of the bundle. */
  readonly bundle: string;
  /** SHA-256 of the systemd units' texts. */
  readonly unit: string;
  /** `active`; any other value was found by a refresh and is drift. */
  readonly state: string;
}

const INSTALL_LIMIT_MS = 300_000;
const LIMIT_MS = 60_000;

async function runVerb(
  session: HostSession,
  verb: string,
  parameters: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<string> {
  const script = { name: "exporter.sh", text: installScript() };
  return (await runScript(session, script, verb, parameters, limitMs)).trim();
}

/** Each view has a token of its own; the runner's exporter needs none. */
function tokenOf(kind: ExporterKind): string {
  if (kind === "runner") return "";
  return packageSecret(kind === "fleet" ? "exporterToken" : "failoverToken");
}

/**
 * A choice without a switch would only expire, so it is removed with the switch: with the operator's token, even if the
 * host is gone.
 */
async function removeChoice(config: ExporterConfig): Promise<void> {
  if (config.view === "switch") await (await openGitHub(config)).deleteVariable(CHOICE_VARIABLE);
}

async function install(inputs: ExporterInputs, before?: ExporterInputs): Promise<ExporterInputs> {
  const { kind, config, incarnation } = inputs;
  const token = tokenOf(kind);
  const parameters = await installParameters(kind, config, incarnation, inputs.host.user, token, before?.config);
  await withHost(inputs.host, (session) => runVerb(session, "install", parameters, INSTALL_LIMIT_MS));
  return { ...inputs, bundle: parameters.BUNDLE_SHA256 ?? inputs.bundle, state: "active" };
}

export const provider: pulumi.dynamic.ResourceProvider<ExporterInputs, ExporterInputs> = {
  configure,
  diff: async (_id, olds, news) => {
    const facts = ({
      kind,
      host,
      incarnation,
      config,
      bundle,
      unit,
      tokenFingerprint,
      state,
    }: ExporterInputs): string =>
      JSON.stringify([kind, host, incarnation, config, bundle, unit, tokenFingerprint, state]);
    return { changes: facts(olds) !== facts(news) };
  },
  create: async (inputs) => ({ id: `${inputs.host.host}/${inputs.kind}`, outs: await install(inputs) }),
  update: async (_id, olds, news) => ({ outs: await install(news, olds) }),
  read: async (id, props) => {
    if (props === undefined) return { id };
    const { HostUnreachableError } = sshLibrary();
    try {
      const parameters = exporterParameters(props.kind, props.config, props.bundle, props.host.user);
      const state = await withHost(props.host, (session) => runVerb(session, "show", parameters, LIMIT_MS));
      return { id, props: { ...props, state } };
    } catch (error) {
      // If the host does not answer, nothing is known about its exporter.
      if (error instanceof HostUnreachableError) return { id, props };
      throw error;
    }
  },
  delete: async (_id, props) => {
    const { HostUnreachableError } = sshLibrary();
    const { sha256 } = await bundleExporter(props.kind);
    try {
      const parameters = exporterParameters(props.kind, props.config, sha256, props.host.user);
      await withHost(props.host, (session) => runVerb(session, "remove", parameters, LIMIT_MS));
    } catch (error) {
      if (!(error instanceof HostUnreachableError)) throw error;
    }
    await removeChoice(props.config);
  },
};

/** One of the project's exporters as a service of a host. A refresh sees it stopped, altered or gone. */
export class InstalledExporter extends DynamicResource {
  constructor(name: string, args: InstalledExporterArgs, opts: pulumi.CustomResourceOptions) {
    const bundle = pulumi.output(bundleExporter(args.kind)).apply(({ sha256 }) => sha256);
    const inputs = {
      ...args,
      tokenFingerprint: args.tokenFingerprint,
      bundle,
      unit: unitSha256(args.kind),
      state: "active",
    };
    super("InstalledExporter", name, inputs, [], {
      ...opts,
      customTimeouts: { create: "10m", update: "10m", delete: "2m" },
    });
  }
}
