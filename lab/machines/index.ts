import { instanceNamed } from "../instance";
import { topology } from "../topology";
import { run, scriptEnvironment, scriptPath } from "./script";

export { ApiOnlyBackend } from "./api-only";
export type * from "./backend";
export { NspawnBackend } from "./nspawn";
export {
  bareTemplate,
  debianReleases,
  hostPackages,
  onDebian,
  prepareTemplate,
  ReleaseMissing,
  releaseTemplates,
  runnerTemplate,
  templateFolder,
  useTemplate,
  vmTemplate,
  type DebianRelease,
  type TemplateContent,
  type TemplateOptions,
} from "./template";

/**
 * Makes the node's namespace with its bridge and the addresses of the two services and that of GitHub's hosted machine,
 * or completes them, and raises the limit of this host that machines share. Needs root.
 */
export async function networkUp(instance: string): Promise<void> {
  const { network, proxmox, github, hosted } = topology;
  const addresses = [proxmox.address, github.address].map((address) => `${address}/${network.prefixLength}`);
  const environment = scriptEnvironment(instanceNamed(instance));
  await run(scriptPath("network"), ["up", network.bridge, ...addresses], environment);
  const way = [hosted.gateway, hosted.address, hosted.prefixLength, github.address, github.port];
  await run(scriptPath("network"), ["hosted", ...way.map(String)], environment);
  // After the namespace, by which a lab that goes sees that there is another one.
  await run(scriptPath("inotify"), ["raise"], environment);
}

/** Removes every machine of the instance and the node's network, from what is left of them alone. Needs root. */
export async function destroyAll(instance: string): Promise<void> {
  const environment = scriptEnvironment(instanceNamed(instance));
  await run(scriptPath("destroy-all"), [], environment);
  await run(scriptPath("inotify"), ["restore"], environment);
}
