import type { IncomingMessage, RequestListener } from "node:http";
import { z } from "zod";
import type { AccessControl } from "./access";
import type { Accounts } from "./accounts";
import {
  faultSchemas,
  isFaultName,
  isMachineFault,
  type MachineFaultName,
  type ProxmoxFault,
  type ProxmoxFaultName,
} from "./faults";
import { machineFaults } from "./machine-faults";
import { requireVm, type ProxmoxNode } from "./node";
import { runShell } from "./shell";

/** A line of the node's shell, in words. */
const shellSchema = z.strictObject({ line: z.array(z.string()).min(1) });

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    throw new Refusal(400, "The body is no JSON object.");
  }
}

/** @throws Refusal where the machine cannot have the fault, or cannot lose it, as it is now */
function requireGuest({ machines }: ProxmoxNode, name: MachineFaultName, vmid: number, verb: "have" | "lose"): void {
  if (!machines.isRunning(vmid))
    throw new Refusal(409, `VM ${vmid} is not running: only a running machine can ${verb} the fault ${name}.`);
}

/** Does to the machine what the fault says. Faults of the service need nothing: they are looked up with each request. */
async function begin(node: ProxmoxNode, fault: ProxmoxFault): Promise<void> {
  if (!isMachineFault(fault)) return;
  const { name, vmid } = fault;
  requireVm(node, vmid);
  if (node.machines.kind === "api-only" && name !== "stop" && name !== "locked") {
    throw new Refusal(
      409,
      `This lab has no guests (backend api-only), so ${name} is not possible. Use the nspawn backend (Linux, root).`,
    );
  }
  if (name === "locked") return;
  const change = machineFaults[name];
  if (change.needsGuest !== "never") requireGuest(node, name, vmid, "have");
  await change.begin(node, vmid);
}

/** Undoes it. */
async function end(node: ProxmoxNode, fault: ProxmoxFault): Promise<void> {
  if (!isMachineFault(fault) || fault.name === "locked") return;
  const { name, vmid } = fault;
  const change = machineFaults[name];
  if (change.needsGuest === "always") requireGuest(node, name, vmid, "lose");
  await change.end(node, vmid);
}

async function setFault(node: ProxmoxNode, name: ProxmoxFaultName, body: unknown): Promise<ProxmoxFault> {
  const parsed = faultSchemas[name].safeParse(body);
  if (!parsed.success) throw new Refusal(400, `Fault ${name}: ${z.prettifyError(parsed.error)}`);
  const fault = { name, ...parsed.data } as ProxmoxFault;
  await begin(node, fault);
  node.faults.set(fault);
  node.events.add("fault.set", fault);
  return fault;
}

/**
 * Ends each that can be ended. One that cannot stays set.
 * @throws Refusal with why
 */
async function clearFaults(
  node: ProxmoxNode,
  names: readonly ProxmoxFaultName[],
  only: Record<string, unknown>,
): Promise<readonly ProxmoxFault[]> {
  const refused: string[] = [];
  const matching = names.flatMap((name) => node.faults.matching(name, only));
  for (const fault of matching) {
    try {
      await end(node, fault);
      node.faults.remove(fault);
      node.events.add("fault.cleared", fault);
    } catch (error) {
      refused.push((error as Error).message);
    }
  }
  if (refused.length > 0) throw new Refusal(409, refused.join(" "));
  return matching;
}

async function answer(
  node: ProxmoxNode,
  access: AccessControl,
  accounts: Accounts,
  request: IncomingMessage,
): Promise<unknown> {
  const url = new URL(request.url ?? "/", "http://lab");
  const route = `${request.method} ${url.pathname}`;
  if (route === "GET /_lab/health")
    return { status: "ok", backend: node.machines.kind, vms: node.store.allVms().length };
  if (route === "GET /_lab/events") return node.events.since(Number(url.searchParams.get("since") ?? 0));
  if (route === "GET /_lab/permissions") return access.report();
  if (route === "POST /_lab/shell") {
    const { line } = shellSchema.parse(await readJson(request));
    return runShell(line, node, accounts);
  }
  if (route === "GET /_lab/faults") return node.faults.all();
  const names = Object.keys(faultSchemas) as ProxmoxFaultName[];
  if (route === "DELETE /_lab/faults") return clearFaults(node, names, {});
  const name = /^\/_lab\/faults\/([^/]+)$/.exec(url.pathname)?.[1];
  if (name === undefined)
    throw new Refusal(
      404,
      `Nothing is at ${url.pathname}. Known: /_lab/health, /_lab/events, /_lab/permissions, /_lab/shell, /_lab/faults[/NAME].`,
    );
  if (!isFaultName(name)) throw new Refusal(404, `There is no fault "${name}". Known: ${names.join(", ")}.`);
  if (request.method === "GET") return node.faults.of(name);
  const body = await readJson(request);
  if (request.method === "PUT") return setFault(node, name, body);
  if (request.method === "DELETE") return clearFaults(node, [name], body);
  throw new Refusal(405, `${request.method} is not possible here: GET, PUT or DELETE.`);
}

/** The lab's own administration, for the unix socket alone. */
export function createAdministration(node: ProxmoxNode, access: AccessControl, accounts: Accounts): RequestListener {
  return (request, response) => {
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    answer(node, access, accounts, request).then(
      (body) => reply(200, body),
      (error: unknown) => {
        const status = error instanceof Refusal ? error.status : ((error as { status?: number }).status ?? 500);
        reply(status, { error: error instanceof Error ? error.message : String(error) });
      },
    );
  };
}
