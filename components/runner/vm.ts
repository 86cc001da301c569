import * as command from "@pulumi/command";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { orEmpty } from "../resources/dynamic-resource";
import { readScript, renderScript } from "../scripts/connection";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import type { RunnerVmArgs, RunnerVmOptions } from "./vm-args";
import { ownershipMark, renderFirewallRules } from "./render-vm";

export type { RunnerVmArgs, RunnerVmHooks } from "./vm-args";
export { isDisruptive, ownershipMark, vmRevision } from "./render-vm";

/** How long a fresh VM may take until SSH answers, seconds. */
const FIRST_CONTACT_SECONDS = 300;

/**
 * One virtual machine with its firewall, and the proof of which machine it is: its MAC address and its host key.
 */
export class RunnerVm extends pulumi.ComponentResource {
  readonly vm: proxmoxve.VmLegacy;
  /** Its firewall, on: the VM is complete. */
  readonly firewall: proxmoxve.firewall.OptionsLegacy;
  /** MAC address: new for every clone, so everything on the machine is keyed by it. */
  readonly incarnation: pulumi.Output<string>;
  /** How to reach the guest; unset where host keys are not pinned. */
  readonly address: pulumi.Output<HostAddress> | undefined;

  constructor(name: string, args: RunnerVmArgs, opts: RunnerVmOptions) {
    const { proxmox, vmHooks: hooks, after, ...options } = opts;
    // Shown and kept: what tells it from others. All of it would be a fifteenth of the state, written at every step.
    const { vmName, vmId, node, address } = args;
    super("ghrunners:vm:RunnerVm", name, { vmName, vmId, node, address }, options);
    const child = { parent: this, provider: proxmox };

    this.vm = new proxmoxve.VmLegacy(
      `${name}-vm`,
      {
        vmId: args.vmId,
        name: args.vmName,
        description: ownershipMark(pulumi.getStack(), args.vmName),
        nodeName: args.node,
        poolId: args.pool,
        tags: [...args.tags].sort(),
        clone: { vmId: args.templateId, full: true, datastoreId: args.storage, retries: 3 },
        cpu: { cores: args.cores, sockets: 1, type: "x86-64-v2-AES" },
        memory: { dedicated: args.memoryMiB },
        scsiHardware: "virtio-scsi-pci",
        // Every field is pinned: an unset one comes back as a diff after the next change of CPU or memory. Defaults of nested
        // blocks are pinned too: the bridge stores them in another form at the second run, which rewrites the state for each VM.
        disks: [
          {
            interface: "scsi0",
            datastoreId: args.storage,
            size: args.diskGiB,
            fileFormat: "raw",
            aio: "io_uring",
            backup: true,
            cache: "none",
            discard: "on",
            iothread: false,
            replicate: true,
            ssd: false,
            speed: {
              iopsRead: 0,
              iopsReadBurstable: 0,
              iopsWrite: 0,
              iopsWriteBurstable: 0,
              read: 0,
              readBurstable: 0,
              write: 0,
              writeBurstable: 0,
            },
          },
        ],
        serialDevices: [{ device: "socket" }],
        watchdog: { enabled: false, action: "none", model: "i6300esb" },
        // An empty drive. The provider's default is the node's physical one, which takes Sys.Console on the whole cluster.
        cdrom: { interface: "ide3", fileId: "none" },
        networkDevices: [{ bridge: args.bridge, model: "virtio", firewall: true }],
        operatingSystem: { type: "l26" },
        // Kept small on purpose; everything else is done over SSH.
        initialization: {
          datastoreId: args.storage,
          interface: "ide2",
          upgrade: false,
          dns: { servers: [...args.firewall.nameservers] },
          ipConfigs: [{ ipv4: { address: `${args.address}/${args.prefixLength}`, gateway: args.gateway } }],
          userAccount: { username: args.user, keys: [args.sshPublicKey] },
        },
        // The address is known, so nobody waits for the agent to tell it: the firewall stands before the guest answers.
        agent: { enabled: true, timeout: "15s", type: "virtio", waitForIp: { disabled: true } },
        onBoot: true,
        started: true,
        // The runner is drained before; a shutdown would wait for a guest that may hang.
        stopOnDestroy: true,
      },
      {
        ...child,
        dependsOn: [...after],
        protect: args.protect,
        deleteBeforeReplace: true,
        // The provider reads it back as null and proposes it again at every run.
        ignoreChanges: ["disks[0].speed"],
        // cloud-init only ever adds: an old user and an old key would stay. A new machine has neither.
        replaceOnChanges: ["initialization.userAccount"],
        hooks: { beforeCreate: [hooks.clearLeftovers], beforeUpdate: [hooks.drain], beforeDelete: [hooks.drain] },
      },
    );
    this.incarnation = this.vm.networkDevices.apply((devices) => devices?.[0]?.macAddress ?? "");

    const scope = { nodeName: args.node, vmId: this.vm.vmId.apply(() => args.vmId) };
    // A machine made anew has neither rules nor options, and the provider does not always see that.
    const withMachine = { deletedWith: this.vm, replacementTrigger: this.incarnation, deleteBeforeReplace: true };
    const rules = new proxmoxve.firewall.RulesLegacy(
      `${name}-rules`,
      { ...scope, rules: renderFirewallRules(args.firewall) },
      { ...child, ...withMachine, hooks: { beforeCreate: [hooks.clearLeftovers] } },
    );
    this.firewall = new proxmoxve.firewall.OptionsLegacy(
      `${name}-firewall`,
      { ...scope, enabled: true, inputPolicy: "DROP", outputPolicy: "DROP", dhcp: false, macfilter: true },
      { ...child, ...withMachine, dependsOn: rules },
    );

    this.address = args.pinHostKey ? this.pinHostKey(name, args) : undefined;
    // None: outputs that are known late make the engine write the whole state once more for each machine.
    this.registerOutputs({});
  }

  private pinHostKey(name: string, args: RunnerVmArgs): pulumi.Output<HostAddress> {
    const script = readScript("pin-host-key.sh");
    const pin = "bash -s";
    const key = new command.local.Command(
      `${name}-host-key`,
      {
        create: pin,
        update: pin,
        stdin: this.incarnation.apply((machine) =>
          renderScript(script, {
            HOST: args.address,
            LIMIT_SECONDS: String(FIRST_CONTACT_SECONDS),
            // Another address or DNS server is another instance for cloud-init, which then makes new host keys.
            MACHINE: [machine, args.address, args.gateway, ...args.firewall.nameservers].join(" "),
          }),
        ),
        addPreviousOutputInEnv: false,
      },
      { parent: this, dependsOn: this.firewall },
    );
    return orEmpty(key.stdout).apply((hostKey) => ({ host: args.address, user: args.user, hostKey: hostKey.trim() }));
  }
}
