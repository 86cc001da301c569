/** The certificate that a service shows. */
import { connect, type PeerCertificate } from "node:tls";

const LIMIT_MS = 8_000;

/** A certificate that this machine does not trust. */
export interface UntrustedCertificate {
  /** OpenSSL's word for the reason, such as `UNABLE_TO_VERIFY_LEAF_SIGNATURE`. */
  readonly reason: string;
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256, upper-case hexadecimal with colons, as `pvenode cert info` prints it. */
  readonly fingerprint: string;
}

const nameOf = (name: PeerCertificate["subject"] | undefined): string => String(name?.CN ?? name?.O ?? "nameless");

/**
 * Looks at the certificate without sending anything.
 * @returns undefined where it is trusted, and where nothing answers: the first request says that better
 */
export function untrustedCertificate(endpoint: string): Promise<UntrustedCertificate | undefined> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname,
      port: Number(port || 443),
      servername: hostname,
      rejectUnauthorized: false,
    });
    const end = (found?: UntrustedCertificate): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(LIMIT_MS, () => end());
    socket.once("error", () => end());
    socket.once("secureConnect", () => {
      if (socket.authorized) return end();
      const seen = socket.getPeerCertificate();
      const { authorizationError: reason } = socket;
      end({
        reason: typeof reason === "string" ? reason : ((reason as NodeJS.ErrnoException).code ?? reason.message),
        subject: nameOf(seen.subject),
        issuer: nameOf(seen.issuer),
        fingerprint: seen.fingerprint256,
      });
    });
  });
}

/** What to do about it, in words. Pure. */
export function explainCertificate(endpoint: string, seen: UntrustedCertificate): string {
  const { hostname } = new URL(endpoint);
  return (
    `${endpoint} shows a certificate of ${seen.subject} by ${seen.issuer}, which this machine does not trust ` +
    `(${seen.reason}; SHA-256 ${seen.fingerprint}). Expected one of a known authority. Nothing was sent. ` +
    `Next: compare the fingerprint with pvenode cert info on the node, then ` +
    `scp root@${hostname}:/etc/pve/pve-root-ca.pem pve-ca.pem && ` +
    `export NODE_EXTRA_CA_CERTS=$PWD/pve-ca.pem SSL_CERT_FILE=$PWD/pve-ca.pem, and the same command`
  );
}
