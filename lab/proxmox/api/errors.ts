/** A refusal in the words of Proxmox VE: the message is sent both as HTTP status text and in the body. */
export class ProxmoxApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** For each parameter what is wrong with it. */
    readonly errors?: Readonly<Record<string, string>>,
  ) {
    super(message);
  }
}

/** What Perl's `die` in a handler becomes. */
export const failure = (message: string): ProxmoxApiError => new ProxmoxApiError(500, message);

export const parameterError = (errors: Readonly<Record<string, string>>): ProxmoxApiError =>
  new ProxmoxApiError(400, "Parameter verification failed.", errors);

export const permissionError = (path: string, privileges: readonly string[]): ProxmoxApiError =>
  new ProxmoxApiError(403, `Permission check failed (${path}, ${privileges.join("|")})`);

export const missingVm = (node: string, vmid: number): ProxmoxApiError =>
  failure(`Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`);
