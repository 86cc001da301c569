/** A certificate that this machine does not trust, for a person who makes a stack. */
import { type CertificateSeen, readCertificate } from "@ghrunners/core/https/certificate";

const LIMIT_MS = 8_000;

/**
 * Looks at the certificate without sending anything.
 * @returns undefined where it is trusted, and where nothing answers: the first request says that better
 */
export async function untrustedCertificate(endpoint: string): Promise<CertificateSeen | undefined> {
  const seen = await readCertificate(endpoint, LIMIT_MS).catch(() => undefined);
  return seen?.untrusted === undefined ? undefined : seen;
}

/** What to do about it, in words. Pure. */
export function explainCertificate(endpoint: string, seen: CertificateSeen): string {
  const { hostname } = new URL(endpoint);
  return (
    `${endpoint} shows a certificate of ${seen.subject} by ${seen.issuer}, which this machine does not trust ` +
    `(${seen.untrusted}; SHA-256 ${seen.fingerprint}). Expected one of a known authority. Nothing was sent. ` +
    `Next: compare the fingerprint with pvenode cert info on the node, then ` +
    `scp root@${hostname}:/etc/pve/pve-root-ca.pem pve-ca.pem && ` +
    `export NODE_EXTRA_CA_CERTS=$PWD/pve-ca.pem SSL_CERT_FILE=$PWD/pve-ca.pem, and the same command`
  );
}
