import { existsSync, readFileSync } from "node:fs";
import { writeWhole } from "@ghrunners/core/whole-file";
import { z } from "zod";
import type { TokenFaults } from "./access";

const machine = z.strictObject({ vmid: z.coerce.number().int() });

/** Every fault with its parameters. */
export const faultSchemas = {
  /**
   * Of the requests whose `METHOD /path` holds `match`, the first `skip` pass; the next `count` are answered with 500.
   */
  "http-500": z.strictObject({
    match: z.string().default(""),
    skip: z.coerce.number().int().nonnegative().default(0),
    count: z.coerce.number().int().positive().default(1),
  }),
  /** The VM is locked, as by a backup. */
  locked: machine,
  /** Every task takes this long before it begins. */
  "slow-task": z.strictObject({ seconds: z.coerce.number().positive() }),
  /** A newer version, which writes the cloud-init drive in another form: see `userData` of vm/cloud-init.ts. */
  upgraded: z.strictObject({}),
  "token-expired": z.strictObject({ id: z.string().min(1) }),
  "privilege-removed": z.strictObject({ id: z.string().min(1), privilege: z.string().min(1) }),
  /** Power cut; its end switches the machine on again. */
  stop: machine,
  freeze: machine,
  "link-down": machine,
  "disk-full": machine,
  /** The disk has space, and no inode for another file. */
  "inodes-exhausted": machine,
  "work-folder-closed": machine,
  /** A boot of the machine ends it, too. */
  "ssh-stopped": machine,
  "sudo-broken": machine,
} as const;

export type ProxmoxFaultName = keyof typeof faultSchemas;
export type ProxmoxFaultParameters<N extends ProxmoxFaultName> = z.infer<(typeof faultSchemas)[N]>;
export type ProxmoxFault = {
  [N in ProxmoxFaultName]: { readonly name: N } & ProxmoxFaultParameters<N>;
}[ProxmoxFaultName];

/** Faults of one machine: they end with it. */
export type MachineFaultName = {
  [N in ProxmoxFaultName]: (typeof faultSchemas)[N] extends typeof machine ? N : never;
}[ProxmoxFaultName];

export const machineFaultNames = (Object.keys(faultSchemas) as ProxmoxFaultName[]).filter(
  (name): name is MachineFaultName => faultSchemas[name] === machine,
);

export type MachineFault = Extract<ProxmoxFault, { readonly name: MachineFaultName }>;

export const isMachineFault = (fault: ProxmoxFault): fault is MachineFault =>
  (machineFaultNames as readonly string[]).includes(fault.name);

export const isFaultName = (name: string): name is ProxmoxFaultName => Object.hasOwn(faultSchemas, name);

/** What two settings of the same fault must share to be the same one: the machine, or the token and privilege. */
function target(fault: ProxmoxFault): string {
  const { vmid, id, privilege } = fault as Partial<Record<"vmid" | "id" | "privilege", unknown>>;
  return JSON.stringify([vmid, id, privilege]);
}

/** The faults that are set. Kept in `faults.json`, because they outlive the emulator. */
export class ProxmoxFaults implements TokenFaults {
  private faults: readonly ProxmoxFault[];

  constructor(private readonly file: string) {
    this.faults = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ProxmoxFault[]) : [];
  }

  all(): readonly ProxmoxFault[] {
    return this.faults;
  }

  set(fault: ProxmoxFault): void {
    this.write([...this.faults.filter((other) => other.name !== fault.name || target(other) !== target(fault)), fault]);
  }

  /** The faults of that name; with a machine, token or privilege, only those of it. */
  matching(name: ProxmoxFaultName, only: Readonly<Record<string, unknown>> = {}): readonly ProxmoxFault[] {
    return this.faults.filter(
      (fault) =>
        fault.name === name &&
        (["vmid", "id", "privilege"] as const).every(
          (key) => only[key] === undefined || only[key] === (fault as Record<string, unknown>)[key],
        ),
    );
  }

  /** Removes the faults that {@link matching} finds. */
  clear(name: ProxmoxFaultName, only: Readonly<Record<string, unknown>> = {}): void {
    const ended = this.matching(name, only);
    this.write(this.faults.filter((fault) => !ended.includes(fault)));
  }

  /** Removes one fault. */
  remove(ended: ProxmoxFault): void {
    this.write(this.faults.filter((fault) => fault !== ended));
  }

  of<N extends ProxmoxFaultName>(name: N): readonly ProxmoxFaultParameters<N>[] {
    return this.faults.filter((fault) => fault.name === name) as unknown as ProxmoxFaultParameters<N>[];
  }

  hasMachine(name: MachineFaultName, vmid: number): boolean {
    return this.of(name).some((fault) => fault.vmid === vmid);
  }

  isExpired(id: string): boolean {
    return this.of("token-expired").some((fault) => fault.id === id);
  }

  isRemoved(id: string, privilege: string): boolean {
    return this.of("privilege-removed").some((fault) => fault.id === id && fault.privilege === privilege);
  }

  isUpgraded(): boolean {
    return this.of("upgraded").length > 0;
  }

  taskDelaySeconds(): number {
    return Math.max(0, ...this.of("slow-task").map((fault) => fault.seconds));
  }

  /** Whether this request is to fail; each one that matches is counted off. */
  takeHttp500(request: string): boolean {
    const hit = this.of("http-500").find(({ match }) => request.includes(match));
    if (hit === undefined) return false;
    const rest = this.faults.filter((fault) => fault !== (hit as unknown));
    if (hit.skip > 0) {
      this.write([...rest, { ...hit, name: "http-500", skip: hit.skip - 1 }]);
      return false;
    }
    const count = hit.count - 1;
    this.write(count > 0 ? [...rest, { ...hit, name: "http-500", count }] : rest);
    return true;
  }

  private write(faults: readonly ProxmoxFault[]): void {
    this.faults = faults;
    writeWhole(this.file, JSON.stringify(faults), { flush: false });
  }
}
