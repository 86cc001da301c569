import { stringify } from "yaml";

/** Login of the operator on the standing hosts; may use sudo without a password. */
export const HOST_USER = "operator-lab";

export interface CloudConfig {
  readonly hostname: string;
  /** OpenSSH public key of the operator. */
  readonly authorizedKey: string;
  /** The host's own key pair: the lab makes it, so that it can be pinned before the first boot. */
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
  /** Content by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly enabledUnits: readonly string[];
}

/** The file user-data of a standing host's first boot. Pure. */
export function renderCloudConfig(host: CloudConfig): string {
  const config = {
    hostname: host.hostname,
    manage_etc_hosts: true,
    user: HOST_USER,
    ssh_authorized_keys: [host.authorizedKey],
    // cloud-init makes no other host key beside a given one, so SSH clients are shown this one.
    ssh_keys: { ecdsa_private: host.hostKey.privateKey, ecdsa_public: host.hostKey.publicKey },
    chpasswd: { expire: false },
    users: ["default"],
    write_files: Object.entries(host.files).map(([path, content]) => ({ path, content, permissions: "0644" })),
    runcmd: host.enabledUnits.length === 0 ? [] : [["systemctl", "enable", "--quiet", "--now", ...host.enabledUnits]],
  };
  return `#cloud-config\n${stringify(config)}`;
}
