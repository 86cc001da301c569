import { readFileSync } from "node:fs";
import { z } from "zod";

const bytes = z.number().int().positive();

const templateSchema = z.strictObject({
  vmid: z.number().int().min(100),
  name: z.string().min(1),
  diskGiB: z.number().positive(),
  storage: z.string().min(1),
  /** ProxmoxNode that holds it. Default: `node`. */
  node: z.string().min(1).optional(),
  /**
   * Options in which this template differs; empty = the option is missing. DISK, CLOUDINIT, EFI and TPM are replaced by
   * its volumes; it has the last two only where they are named.
   */
  config: z.record(z.string(), z.string()).optional(),
});

const seedSchema = z.strictObject({
  /** Name of the node whose API this is. */
  node: z.string().min(1),
  /**
   * Further nodes of the cluster that hold machines, each with storages of its own under the same names. Default: none.
   */
  otherNodes: z.array(z.string().min(1)).optional(),
  /** Version of Proxmox VE that the emulator says it is, for example `9.1`. */
  version: z.string().min(1),
  /** The one bridge to which machines can be attached. */
  bridge: z.string().min(1),
  /** Virtual networks of SDN, each of which is a bridge on every node. Default: none. */
  vnets: z.array(z.strictObject({ vnet: z.string().min(1), zone: z.string().min(1) })).optional(),
  storages: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        /**
         * `lvmthin` allocates more than it has, `lvm` refuses to, as in Proxmox VE; volumes of a `dir` are qcow2 files.
         */
        type: z.enum(["lvmthin", "lvm", "dir"]),
        totalBytes: bytes,
        /** What it may hold, as Proxmox VE names it. Default: images,rootdir. */
        content: z.string().min(1).optional(),
      }),
    )
    .min(1),
  /**
   * Whether the datacenter's firewall is on. Default true: the lab's owner has switched it on; Proxmox VE's own is off.
   */
  datacenterFirewall: z.boolean().optional(),
  /** Processor types of the cluster's own, without their prefix `custom-`. Default: none. */
  customCpuModels: z.array(z.string().min(1)).optional(),
  /** The VM template that exists from the start. */
  template: templateSchema,
  /** Templates as other people have them. */
  otherTemplates: z.array(templateSchema).optional(),
  tokens: z.array(
    z.strictObject({
      /** `USER@REALM!TOKENID`. */
      id: z.string().regex(/^[^@!\s]+@[^@!\s]+![^@!\s]+$/),
      /** SHA-256 of the token's secret in lower-case hexadecimal; the secret itself is never in a seed. */
      secretSha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Seconds since the epoch; none = never. */
      expires: z.number().int().optional(),
      /** Privileges by path; they go down to deeper paths until one of those has an entry of its own. */
      acl: z.array(z.strictObject({ path: z.string().startsWith("/"), privileges: z.array(z.string()) })),
    }),
  ),
  /** What else the cluster has, only to be seen: other nodes, and containers, also of the node itself. */
  neighbours: z
    .array(
      z.strictObject({
        node: z.string().min(1),
        /** A node that is off answers nothing; its containers are of unknown state. */
        online: z.boolean(),
        containers: z.array(
          z.strictObject({
            vmid: z.number().int().min(100),
            name: z.string().min(1),
            config: z.record(z.string(), z.string()),
          }),
        ),
      }),
    )
    .optional(),
  pools: z.array(z.strictObject({ poolid: z.string().min(1), comment: z.string().optional() })),
  /** Delay of a 401 in seconds. Proxmox VE waits 3 s; the lab does not unless asked. Default 0. */
  authFailureDelaySeconds: z.number().min(0).optional(),
});

/** What the emulator starts with: `seed.json` in its state folder. */
export type ProxmoxSeed = z.infer<typeof seedSchema>;

/** @throws Error that names every field that does not fit */
export function parseSeed(text: string, source: string): ProxmoxSeed {
  const parsed = seedSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${source} does not fit:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export const readSeed = (file: string): ProxmoxSeed => parseSeed(readFileSync(file, "utf8"), file);
