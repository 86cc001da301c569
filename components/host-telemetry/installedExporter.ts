import * as pulumi from "@pulumi/pulumi";
import { bundleExporter } from "../../exporter/bundle";
import { unitSha256 } from "../../exporter/install";
import { FileProvidedResource } from "../dynamic";
import type { InstalledExporterArgs } from "./args";

/** One of the project's exporters as a service of a host. A refresh sees it stopped, altered or gone. */
export class InstalledExporter extends FileProvidedResource {
  constructor(name: string, args: InstalledExporterArgs, opts: pulumi.CustomResourceOptions) {
    const bundle = pulumi.output(bundleExporter()).apply(({ sha256 }) => sha256);
    const inputs = {
      ...args,
      tokenFingerprint: args.tokenFingerprint,
      bundle,
      unit: unitSha256(args.kind),
      state: "active",
    };
    super("InstalledExporter", "components/host-telemetry/exporter.provider.ts", name, inputs, [], {
      ...opts,
      customTimeouts: { create: "10m", update: "10m", delete: "2m" },
    });
  }
}
