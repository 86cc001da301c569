import * as command from "@pulumi/command";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { orEmpty } from "../resources/or-empty";
import { readScript, renderScript } from "../scripts/connection";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { refuseArguments } from "../arguments";
import { machineProblems } from "./check-settings";
import { defaults } from "./defaults";
import type { NetworkArgs, PlacementArgs, VmArgs } from "./machine-settings";
import type { RunnerIdentityArgs } from "./settings";
import { ownershipMark } from "./render-vm";
import { vmFirewall } from "./vm-firewall";

/** How long a fresh VM may take until SSH answers, seconds. */
const FIRST_CONTACT_SECONDS = 300;

/** How long new firewall rules may take to have an effect, seconds. pve-firewall applies changes every ten seconds. */
const FIREWALL_SECONDS = 45;

/**
 * How long a guest may take to shut down for a restart before Proxmox VE cuts its power, seconds. The provider's default
 * is half an hour. Its own patience ends at the same time, so the run ends with an error.
 * Source: bpg/terraform-provider-proxmox 0.111, vmShutdown.
 */
const SHUTDOWN_SECONDS = 300;

/**
 * Properties that show that the machine's real state is unknown; then it is recreated. After a create or an update that
 * failed midway, the provider writes the wanted values to the state, so an update would find nothing to do and the
 * machine would stay incomplete. The first property is the engine's mark of such a failure; a refresh removes it if the
 * provider can read the machine. The second one remains: if the disk's volume could not be read then, the state has a
 * disk without an interface, which the provider neither updates ("Defined disk interface not supported") nor reads
 * again.
 */
const unknownMachine = ["#initerror", "disks[0].interface"];

/** Hooks around the VM's steps; a pool creates them for all its runners. Plain: Pulumi's option `hooks`. */
export interface RunnerVmHooks {
  /**
   * Runs before a step that could disturb a running job, and drains the runner.
   * @example new pulumi.ResourceHook("runners-drain", drain)
   */
  readonly drain: pulumi.ResourceHook;
  /**
   * Runs before a create, and removes what an interrupted run left.
   * @example new pulumi.ResourceHook("runners-clear", clear)
   */
  readonly clearLeftovers: pulumi.ResourceHook;
}

/** Arguments of {@link RunnerVm}. The provider is `opts.provider`, a `proxmoxve.Provider`. */
export interface RunnerVmArgs extends Omit<RunnerIdentityArgs, "role" | "node" | "templateId"> {
  /**
   * Where on Proxmox VE the machine is created.
   * @example { node: "pve1", templateId: 9000 }
   */
  readonly proxmox: PlacementArgs;
  /**
   * Its subnet, and what its firewall allows.
   * @example { gateway: "192.168.0.1", adminCidr: "192.168.0.0/24" }
   */
  readonly network: NetworkArgs;
  /**
   * Its size and user.
   * @default {}
   */
  readonly vm?: VmArgs;
  /**
   * Public key with which its user logs in: one line in `authorized_keys` form.
   * @example "ssh-ed25519 AAAA... ghrunners"
   */
  readonly sshPublicKey: pulumi.Input<string>;
  /**
   * Tags of the VM.
   * @default ["ghrunners"]
   */
  readonly tags?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Refuses to delete or replace the VM. Plain: Pulumi's option `protect`.
   * @default false
   */
  readonly protect?: boolean;
  /**
   * Wait for SSH and pin the host key. Plain: it determines a resource. Turn it off if VMs have no guest.
   * @default true
   */
  readonly pinHostKey?: boolean;
  /**
   * Hooks around the VM's steps. Plain: Pulumi's option `hooks`.
   * @default none: nothing is drained, no leftovers are removed
   */
  readonly hooks?: RunnerVmHooks;
}

/**
 * One virtual machine with its firewall, and what identifies the machine: its MAC address and its host key. Everything
 * in `opts.dependsOn` is completed before the VM is changed, and everything on the machine depends on the VM.
 */
export class RunnerVm extends pulumi.ComponentResource {
  /** The virtual machine. */
  readonly vm: proxmoxve.VmLegacy;
  /** Its firewall, switched on: then the VM is complete. */
  readonly firewall: proxmoxve.firewall.OptionsLegacy;
  /** MAC address: new for every clone, so it identifies the machine. */
  readonly incarnation: pulumi.Output<string>;
  /** How to reach the guest; unset if host keys are not pinned. */
  readonly address: pulumi.Output<HostAddress> | undefined;

  constructor(name: string, args: RunnerVmArgs, opts: pulumi.ComponentResourceOptions = {}) {
    // Only the VM depends on them: a dependency of the component would be written into the state of each of its
    // children.
    const { dependsOn, ...options } = opts;
    const { vmId, hooks } = args;
    const { node, storage = defaults.proxmox.storage, bridge = defaults.proxmox.bridge } = args.proxmox;
    // Record only identifying inputs: all of them would grow the state, which is written at every step, by 7 %.
    super("ghrunners:vm:RunnerVm", name, { vmName: args.name, vmId, node, address: args.address }, options);
    refuseArguments(this, name, machineProblems(args));
    const {
      cores = defaults.vm.cores,
      memoryMiB = defaults.vm.memoryMiB,
      diskGiB = defaults.vm.diskGiB,
      cpuType = defaults.vm.cpuType,
    } = args.vm ?? {};
    const user = userOf(args);
    const nameservers = nameserversOf(args);
    const { prefixLength = defaults.network.prefixLength } = args.network;

    this.vm = new proxmoxve.VmLegacy(
      name,
      {
        vmId,
        name: args.name,
        description: ownershipMark(pulumi.getStack(), args.name),
        nodeName: node,
        poolId: args.proxmox.pool,
        tags: pulumi.output(args.tags ?? ["ghrunners"]).apply((tags) => [...tags].sort()),
        clone: { vmId: args.proxmox.templateId, full: true, datastoreId: storage, retries: 3 },
        cpu: { cores, sockets: 1, type: cpuType },
        memory: { dedicated: memoryMiB },
        scsiHardware: "virtio-scsi-pci",
        // Set every field: an unset one shows up as a diff after the next change of CPU or memory. Set the defaults of
        // nested blocks too: the bridge stores them in another form at the second run, which rewrites the state for
        // each VM.
        disks: [
          {
            interface: "scsi0",
            datastoreId: storage,
            size: diskGiB,
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
        // An empty drive. The provider's default is the node's physical drive, which needs Sys.Console on the whole
        // cluster.
        cdrom: { interface: "ide3", fileId: "none" },
        networkDevices: [{ bridge, model: "virtio", firewall: true }],
        operatingSystem: { type: "l26" },
        // Kept small on purpose; everything else is done over SSH.
        initialization: {
          datastoreId: storage,
          interface: "ide2",
          upgrade: false,
          dns: { servers: nameservers },
          ipConfigs: [
            { ipv4: { address: pulumi.interpolate`${args.address}/${prefixLength}`, gateway: args.network.gateway } },
          ],
          userAccount: { username: user, keys: [args.sshPublicKey] },
        },
        // The address is configured, so there is no need to wait for the agent to report it: the firewall is on before
        // the guest answers.
        agent: { enabled: true, timeout: "15s", type: "virtio", waitForIp: { disabled: true } },
        onBoot: true,
        started: true,
        // The runner is already drained; a shutdown would wait for a guest that may hang.
        stopOnDestroy: true,
        timeoutShutdownVm: SHUTDOWN_SECONDS,
      },
      {
        parent: this,
        dependsOn,
        protect: args.protect,
        deleteBeforeReplace: true,
        // The provider reads speed back as null and proposes it again at every run. The storage decides the format: on
        // a directory or NFS a clone is qcow2, and the provider would propose another format at every update without
        // converting.
        ignoreChanges: ["disks[0].speed", "disks[0].fileFormat"],
        replaceOnChanges: [
          // cloud-init only adds: an old user and an old key would stay. So a new machine is made.
          "initialization.userAccount",
          ...unknownMachine,
        ],
        // No hook before a delete: without the program, the engine could then not destroy the VM. See MachineDrain.
        hooks: hooks && { beforeCreate: [hooks.clearLeftovers], beforeUpdate: [hooks.drain] },
      },
    );
    this.incarnation = this.vm.networkDevices.apply((devices) => devices?.[0]?.macAddress ?? "");

    this.firewall = vmFirewall(this, name, args, { vm: this.vm, incarnation: this.incarnation, nameservers });

    this.address = args.pinHostKey === false ? undefined : this.pinHostKey(name, args);
    // No outputs: each late output makes the engine write the whole state once more for each machine.
    this.registerOutputs({});
  }

  /** Nothing is installed on a VM whose firewall has no effect: the address becomes known after the proof. */
  private proveFirewall(name: string, args: RunnerVmArgs, after: pulumi.Resource): pulumi.Output<string> {
    if (!(args.network.requireFirewall ?? defaults.network.requireFirewall)) return pulumi.output("");
    const script = readScript("prove-firewall.sh");
    const prove = "bash -s";
    const stdin = pulumi.all([this.incarnation, args.address]).apply(([machine, address]) =>
      renderScript(script, {
        HOST: address,
        PORT: String(CLOSED_PORT),
        LIMIT_SECONDS: String(FIREWALL_SECONDS),
        MACHINE: machine,
      }),
    );
    const proof = new command.local.Command(
      `${name}-firewall-proof`,
      { create: prove, update: prove, stdin, addPreviousOutputInEnv: false },
      { parent: this, dependsOn: after },
    );
    return orEmpty(proof.stdout);
  }

  private pinHostKey(name: string, args: RunnerVmArgs): pulumi.Output<HostAddress> {
    const script = readScript("pin-host-key.sh");
    const pin = "bash -s";
    const stdin = pulumi
      .all([this.incarnation, args.address, args.network.gateway, nameserversOf(args)])
      .apply(([machine, address, gateway, nameservers]) =>
        renderScript(script, {
          HOST: address,
          LIMIT_SECONDS: String(FIRST_CONTACT_SECONDS),
          // With another address or DNS server cloud-init sees a new instance and makes new host keys.
          MACHINE: [machine, address, gateway, ...nameservers].join(" "),
        }),
      );
    const key = new command.local.Command(
      `${name}-host-key`,
      { create: pin, update: pin, stdin, addPreviousOutputInEnv: false },
      { parent: this, dependsOn: this.firewall },
    );
    const proof = this.proveFirewall(name, args, key);
    return pulumi
      .all([orEmpty(key.stdout), args.address, userOf(args), proof])
      .apply(([hostKey, host, user]) => ({ host, user, hostKey: hostKey.trim() }));
  }
}

/** A port on which nothing listens and that no rule opens. */
export const CLOSED_PORT = 59_999;

/** The user that a VM is made with. */
export const userOf = ({ vm }: Pick<RunnerVmArgs, "vm">): pulumi.Input<string> => vm?.user ?? defaults.vm.user;

/** The DNS servers of a VM. */
export const nameserversOf = ({ network }: Pick<RunnerVmArgs, "network">): pulumi.Output<string[]> =>
  pulumi.output(network.nameservers ?? [network.gateway]);
