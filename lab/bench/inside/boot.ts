/**
 * Worker inside the lab's namespace: clones the template by Proxmox VE's API, starts the VM, and measures from the
 * start request to the first SSH login. Then the VM is removed.
 */
import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { performance } from "node:perf_hooks";
import { poll } from "@ghrunners/core/until";
import { worker } from "../../worker";

/** An SSH login, and a task, is waited for this long. */
const PACE = { limitMs: 60_000, pauseMs: 20 };

export interface BootInput {
  readonly endpoint: string;
  readonly token: string;
  readonly node: string;
  readonly template: number;
  readonly storage: string;
  readonly bridge: string;
  readonly vmId: number;
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly publicKey: string;
  /** File that holds the private key. */
  readonly keyFile: string;
}

export interface BootOutput {
  /** From the start request to a login, s. */
  readonly seconds: number;
}

/** One call of Proxmox VE's API; a task that it names is waited for. */
async function call(
  input: BootInput,
  method: string,
  path: string,
  parameters: Record<string, string> = {},
): Promise<unknown> {
  const body = new URLSearchParams(parameters).toString();
  const response = await fetch(new URL(`/api2/json${path}`, input.endpoint), {
    method,
    headers: {
      authorization: `PVEAPIToken=${input.token}`,
      ...(body === "" ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    },
    ...(body === "" ? {} : { body }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status} ${response.statusText}.`);
  const { data } = (await response.json()) as { data: unknown };
  if (typeof data === "string" && data.startsWith("UPID:")) await taskEnd(input, data);
  return data;
}

async function taskEnd(input: BootInput, upid: string): Promise<void> {
  const path = `/nodes/${input.node}/tasks/${encodeURIComponent(upid)}/status`;
  const look = async (): Promise<{ status: string; exitstatus?: string }> =>
    (await call(input, "GET", path)) as { status: string; exitstatus?: string };
  const { status, exitstatus } = await poll(look, (task) => task.status === "stopped", PACE);
  if (status !== "stopped") throw new Error(`Task ${upid} did not end within ${PACE.limitMs / 1000} s.`);
  if (exitstatus !== "OK") throw new Error(`Task ${upid} ended with ${exitstatus}.`);
}

/** Whether something accepts connections on the SSH port: cheaper to ask than a login. */
function isListening(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 200 });
    const done = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", done(true)).once("error", done(false)).once("timeout", done(false));
  });
}

function logsIn(input: BootInput): boolean {
  const options = ["BatchMode=yes", "ConnectTimeout=2", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"];
  const args = [...options.flatMap((option) => ["-o", option]), "-i", input.keyFile, `runner@${input.address}`, "true"];
  return spawnSync("ssh", args, { stdio: "ignore" }).status === 0;
}

async function login(input: BootInput): Promise<void> {
  if (await poll(async () => (await isListening(input.address)) && logsIn(input), Boolean, PACE)) return;
  throw new Error(`${input.address} gave no SSH login within ${PACE.limitMs / 1000} s.`);
}

async function boot(input: BootInput): Promise<BootOutput> {
  const vm = `/nodes/${input.node}/qemu/${input.vmId}`;
  await call(input, "POST", `/nodes/${input.node}/qemu/${input.template}/clone`, {
    newid: String(input.vmId),
    full: "1",
    name: "boot-probe",
    storage: input.storage,
  });
  try {
    await call(input, "PUT", `${vm}/config`, {
      net0: `virtio,bridge=${input.bridge}`,
      ide2: `${input.storage}:cloudinit`,
      ipconfig0: `ip=${input.address}/${input.prefixLength},gw=${input.gateway}`,
      ciuser: "runner",
      sshkeys: encodeURIComponent(input.publicKey),
      agent: "enabled=1",
    });
    const started = performance.now();
    await call(input, "POST", `${vm}/status/start`);
    await login(input);
    return { seconds: (performance.now() - started) / 1000 };
  } finally {
    await call(input, "POST", `${vm}/status/stop`);
    await call(input, "DELETE", vm);
  }
}

worker(boot);
