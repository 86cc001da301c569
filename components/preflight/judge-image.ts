/**
 * Whether the program can make its templates of an image: VMID, storage, download. Pure.
 */
import type { ClusterGuest, VmConfig } from "@ghrunners/core/proxmox/answers";
import type { TemplateImage } from "./args";
import type { ImageObservation, PreflightProblem } from "./observation";

/** A template that the program makes, or has made. */
export interface ImagePlace {
  readonly node: string;
  readonly templateId: number;
}

/** What the guest with the VMID of a template is. */
export type TemplateHolder = "none" | "complete" | "unfinished" | "foreign";

/**
 * @param configs configurations by VMID; those that could not be read are left out
 */
export function templateHolder(
  { node, templateId }: ImagePlace,
  { mark }: Pick<TemplateImage, "mark">,
  guests: readonly ClusterGuest[],
  configs: ReadonlyMap<number, VmConfig>,
): TemplateHolder {
  const guest = guests.find(({ vmid }) => vmid === templateId);
  if (guest === undefined) return "none";
  const config = configs.get(templateId);
  if (config?.lock === "create") return "unfinished";
  if (guest.node !== node || config?.description?.trim() !== mark) return "foreign";
  return guest.template ? "complete" : "unfinished";
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** What keeps a template from being made. @param seen undefined: nothing is to be made, or the node is off */
export function imageProblems(
  { node, templateId }: ImagePlace,
  image: TemplateImage,
  holder: TemplateHolder,
  guests: readonly ClusterGuest[],
  seen: ImageObservation | undefined,
): PreflightProblem[] {
  if (holder === "complete") return [];
  if (holder === "foreign") {
    const guest = guests.find(({ vmid }) => vmid === templateId);
    const setting = "proxmox.image.firstVmId";
    const reason =
      `VMID ${templateId} of the template is used by ${guest?.name || "an unnamed guest"} on node ${guest?.node}. Expected a free one. ` +
      `Next: pulumi config set --path 'ghrunners:${setting}' VMID`;
    return [{ setting, reason }];
  }
  if (seen === undefined) return [];
  return [...storageProblems(node, image, seen), ...downloadProblems(node, image, seen)];
}

function storageProblems(node: string, image: TemplateImage, seen: ImageObservation): PreflightProblem[] {
  const setting = "proxmox.image.storage";
  const because = (reason: string): PreflightProblem[] => [{ setting, reason }];
  if ("error" in seen.storage) return because(seen.storage.error);
  const { content = "", active, avail } = seen.storage.value;
  const another = `pulumi config set --path 'ghrunners:${setting}' STORAGE`;
  if (!content.split(",").includes("import"))
    return because(
      `${image.storage} on node ${node} holds ${content || "nothing"}. Expected a storage for images (content import). ` +
        `Next: on the node, pvesm set ${image.storage} --content ${[content, "import"].filter(Boolean).join(",")}, or ${another}`,
    );
  if (active !== undefined && !active)
    return because(
      `${image.storage} is not reachable from node ${node}. Expected it active. Next: pvesm status on the node`,
    );
  const { download } = seen;
  const size = download !== undefined && "value" in download ? (download.value.size ?? 0) : 0;
  if (avail >= size) return [];
  return because(
    `${image.storage} on node ${node} has ${gib(avail)} free, expected ${gib(size)} for the image. Next: free space, or ${another}`,
  );
}

function downloadProblems(node: string, image: TemplateImage, { download }: ImageObservation): PreflightProblem[] {
  // A missing privilege is reported with the others.
  if (download === undefined || !("error" in download) || download.status === 403) return [];
  return [
    {
      setting: "proxmox.image.url",
      reason: `node ${node} cannot download ${image.url}: ${download.error}`,
    },
  ];
}
