import * as pulumi from "@pulumi/pulumi";
import { bundleExporter } from "@ghrunners/exporter/bundle";
import { unitSha256 } from "@ghrunners/exporter/install";
import { DynamicResource } from "./dynamic-resource";
import type { InstalledExporterArgs } from "../runner/telemetry-args";

/** One of the project's exporters as a service of a host. A refresh sees it stopped, altered or gone. */
export class InstalledExporter extends DynamicResource {
  constructor(name: string, args: InstalledExporterArgs, opts: pulumi.CustomResourceOptions) {
    const bundle = pulumi.output(bundleExporter()).apply(({ sha256 }) => sha256);
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
