import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { readWhole } from "@ghrunners/core/read-whole";
import { createRouter } from "../../kit/router";
import type { AccessControl } from "../access";
import { holderOf, nodeNames, type ProxmoxNode } from "../node";
import { ProxmoxApiError, failure, missingVm, parameterError } from "./errors";
import type { ProxmoxRoute } from "./route";
import { checkParameters, type Values } from "./schema";

const base = "/api2/json";
const maxBodyBytes = 512 * 1024; // PVE::APIServer::AnyEvent, $limit_max_post

async function bodyOf(request: IncomingMessage): Promise<string> {
  if (request.headers["transfer-encoding"] !== undefined)
    throw new ProxmoxApiError(501, "chunked transfer encoding not supported");
  const body = await readWhole(request, maxBodyBytes, () => new ProxmoxApiError(501, "for data too large"));
  return body.toString("utf8");
}

/** Parameters of query and body. @throws ProxmoxApiError for a body of another kind than a form or JSON */
function readValues(query: string, body: string, contentType: string | undefined): Values {
  const values = Object.fromEntries(new URLSearchParams(query));
  if (body === "") return values;
  const kind = contentType?.split(";", 1)[0]?.trim() ?? "";
  if (kind === "application/x-www-form-urlencoded")
    return { ...values, ...Object.fromEntries(new URLSearchParams(body)) };
  if (kind === "application/json") {
    const entries = Object.entries(JSON.parse(body) as Record<string, unknown>);
    return {
      ...values,
      ...Object.fromEntries(
        entries.map(([name, value]) => [name, typeof value === "boolean" ? (value ? "1" : "0") : String(value)]),
      ),
    };
  }
  throw new ProxmoxApiError(501, `upload '${kind}' not implemented`);
}

const withoutEmpty = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));

/** HTTP status text may hold no line breaks and only Latin-1. */
const statusText = (message: string): string => message.replace(/[^\x20-\x7e]+/g, " ").trim();

function send(response: ServerResponse, status: number, message: string | undefined, body: unknown): void {
  if (message !== undefined) response.statusMessage = statusText(message);
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json;charset=UTF-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "max-age=0",
    pragma: "no-cache",
    server: "pve-api-daemon/3.0",
  });
  response.end(text);
}

/** The API below `/api2/json` as a listener for an https server. */
export function createApi(node: ProxmoxNode, access: AccessControl, routes: readonly ProxmoxRoute[]): RequestListener {
  const find = createRouter(routes, (route) => route.path);

  async function answer(request: IncomingMessage): Promise<unknown> {
    const [rawPath = "", query = ""] = splitOnce(request.url ?? "/", "?");
    const method = request.method ?? "GET";
    const path = rawPath.startsWith(`${base}/`) ? rawPath.slice(base.length) : undefined;
    if (node.faults.takeHttp500(`${method} ${path ?? rawPath}`))
      throw failure("internal error (a fault of the lab: http-500)");
    const caller = access.authenticate(request.headers.authorization, node.environment.now());
    if (caller === undefined) throw new ProxmoxApiError(401, "Authentication failed!");
    const body = await bodyOf(request);
    const match = path === undefined ? undefined : find(method, path);
    if (match === undefined) throw new ProxmoxApiError(501, `Method '${method} ${path ?? rawPath}' not implemented`);
    const given = readValues(query, body, request.headers["content-type"]);
    const values = checkParameters(match.route.parameters, match.route.emptyIsAbsent ? withoutEmpty(given) : given);
    requireKnownPlace(node, match.params);
    if (match.route.path.startsWith("/nodes/{node}/qemu/{vmid}")) requireHolder(node, match.params);
    return match.route.handle({ node, caller, path: match.params, values, vmid: Number(match.params.vmid) });
  }

  return (request, response) => {
    answer(request).then(
      (data) => send(response, 200, undefined, { data: data ?? null }),
      async (error: unknown) => {
        if (!(error instanceof ProxmoxApiError)) {
          process.stderr.write(
            `${request.method} ${request.url?.split("?")[0]}: ${error instanceof Error ? error.stack : String(error)}\n`,
          );
        }
        const { status, message, errors } =
          error instanceof ProxmoxApiError ? error : failure(error instanceof Error ? error.message : String(error));
        if (status !== 401)
          return send(response, status, message, { data: null, message: `${message}\n`, ...(errors && { errors }) });
        // At this stage Proxmox VE sends a status text and no body, and takes its time against guessing.
        await delay((node.seed.authFailureDelaySeconds ?? 0) * 1000);
        send(response, status, message, undefined);
      },
    );
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Checks the parts of the path that many calls share. */
function requireKnownPlace(node: ProxmoxNode, path: Readonly<Record<string, string>>): void {
  if (path.vmid !== undefined && !/^[1-9]\d{2,8}$/.test(path.vmid)) {
    throw parameterError({ vmid: "value does not look like a valid VM ID" });
  }
  if (path.node !== undefined && !nodeNames(node).includes(path.node)) {
    const neighbour = node.seed.neighbours?.find(({ node: name }) => name === path.node);
    if (neighbour?.online === true) return;
    // What the proxy of a cluster answers for a node that is off.
    if (neighbour !== undefined) throw new ProxmoxApiError(595, "No route to host");
    throw failure(
      `hostname lookup '${path.node}' failed - failed to get address info for: ${path.node}: Name or service not known`,
    );
  }
}

/** A node has the configuration files of its own VMs only. */
function requireHolder(node: ProxmoxNode, path: Readonly<Record<string, string>>): void {
  const vm = node.store.vm(Number(path.vmid));
  if (vm !== undefined && path.node !== undefined && holderOf(node, vm) !== path.node)
    throw missingVm(path.node, vm.vmid);
}
