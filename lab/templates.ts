import path from "node:path";
import { blankOwner } from "./blank";
import { hostIn } from "./hosts";
import type { HostName } from "./hosts/hosts";
import { baseFolders, type Instance } from "./instance";
import type { LabOptions } from "./lifecycle";
import { modeToBe } from "./mode";
import { prepareTemplate, vmTemplate } from "./machines";
import { ensurePackages } from "./packages";
import { ensureAuthority } from "./tls";

type AheadOptions = Pick<LabOptions, "say" | "mode" | "blank" | "hosts">;

/** Makes the templates that the machines of a lab are cloned from, with the programs that this takes. */
async function makeTemplates(instance: Instance, { say, blank, hosts }: AheadOptions): Promise<void> {
  const isBlank = (blank ?? blankOwner(instance)) !== undefined;
  const names: readonly HostName[] = hosts ?? ["monitoring"];
  const { certificate } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
  await ensurePackages(say);
  for (const content of [vmTemplate(isBlank), ...names.map((name) => hostIn(name, isBlank).template)])
    await prepareTemplate({ instance: instance.name, content, caCertificate: certificate, say });
}

/**
 * Makes a lab's templates while the toolchain is made: that takes minutes, and much of it waits for one processor or
 * for the network. Never fails: labUp makes what is missing, meets the same cause and says it in its place.
 * @param make for tests. Default: the real one
 */
export async function templatesAhead(instance: Instance, options: AheadOptions, make = makeTemplates): Promise<void> {
  if (modeToBe(instance, options.mode) === "api-only") return;
  await make(instance, options).catch(() => undefined);
}
