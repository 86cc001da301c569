/** Calls of the lab's two APIs through loopback, as the operator. */
import { until } from "@ghrunners/core/until";
import { loopbackPorts } from "../forwards";
import type { Lab } from "../lifecycle";
import { repositoryOf } from "../owner";
import { topology } from "../topology";

/**
 * One call of Proxmox VE's API with the operator's token, waiting for the task it starts.
 * @returns what the API answered; the identifier of the task where it started one
 * @throws Error with call and status of a refused call
 */
export async function callProxmox(
  { instance, secrets }: Lab,
  method: "GET" | "POST" | "PUT" | "DELETE",
  call: string,
): Promise<unknown> {
  const base = `https://127.0.0.1:${loopbackPorts(instance).proxmox}/api2/json`;
  const ask = async (verb: string, where: string): Promise<unknown> => {
    const response = await fetch(`${base}/${where}`, {
      method: verb,
      headers: { authorization: `PVEAPIToken=${secrets.proxmoxToken}` },
    });
    if (!response.ok) throw new Error(`${verb} ${where}: ${response.status} ${response.statusText}`);
    return ((await response.json()) as { data: unknown }).data;
  };
  const data = await ask(method, call);
  if (typeof data !== "string" || !data.startsWith("UPID:")) return data;
  await until(`task of ${method} ${call} ends`, 60_000, async () => {
    const task = (await ask("GET", `nodes/${topology.proxmox.node}/tasks/${data}/status`)) as { status: string };
    return task.status === "stopped";
  });
  return data;
}

/**
 * Log of a job. GitHub redirects to the file; the lab's address in it is reachable here by loopback only.
 * @throws Error with the status where GitHub does not redirect
 */
export async function readJobLog({ instance, secrets, owner }: Lab, jobId: number): Promise<string> {
  const base = `https://127.0.0.1:${loopbackPorts(instance).github}`;
  const headers = { authorization: `Bearer ${secrets.githubToken}` };
  const call = `${base}/api/v3/repos/${repositoryOf(owner).fullName}/actions/jobs/${jobId}/logs`;
  const redirect = await fetch(call, { headers, redirect: "manual" });
  const location = redirect.headers.get("location");
  if (location === null) throw new Error(`${call} answered ${redirect.status} without a location.`);
  const { pathname, search } = new URL(location);
  return (await fetch(`${base}${pathname}${search}`, { headers })).text();
}
