/**
 * Looks at the certificate of an https service, whether it is trusted or not.
 */
import tls from "node:tls";

/** A certificate as this machine sees it. */
export interface CertificateSeen {
  /** When it ends, milliseconds since 1970. */
  readonly ends: number;
  /** Why this machine does not trust it, as Node names it, such as `CERT_HAS_EXPIRED`; undefined if it does. */
  readonly untrusted: string | undefined;
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256, upper-case hexadecimal with colons, as `pvenode cert info` prints it. */
  readonly fingerprint: string;
}

const nameOf = (name: tls.PeerCertificate["subject"] | undefined): string => String(name?.CN ?? name?.O ?? "nameless");

/** Node's types say that this is an error; mostly it is the error's code. */
const reasonOf = (error: Error & { code?: string }): string =>
  typeof error === "string" ? error : (error.code ?? error.message);

/**
 * The authorities that count are those of Node, with NODE_EXTRA_CA_CERTS.
 * @param url address of the service @param limitMs time limit, milliseconds
 * @throws Error with the socket's code when there is no answer
 * @example (await readCertificate("https://pve.example:8006/", 5_000)).ends
 */
export function readCertificate(url: string, limitMs: number): Promise<CertificateSeen> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  // A server name must not be an address. Source: RFC 6066, section 3.
  const servername = /^[\d.]+$|:/.test(host) ? "" : host;
  return new Promise((resolve, reject) => {
    // Not trusted is an answer here, not an error: nothing is sent on this connection.
    const socket = tls.connect({ host, port: Number(port || 443), servername, rejectUnauthorized: false });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const silent = Object.assign(new Error(`no answer within ${limitMs} ms`), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => end(() => reject(silent)), limitMs);
    socket.once("error", (error: Error) => end(() => reject(error)));
    socket.once("secureConnect", () => {
      const { valid_to: ends, subject, issuer, fingerprint256: fingerprint } = socket.getPeerCertificate();
      const untrusted = socket.authorized ? undefined : reasonOf(socket.authorizationError);
      const names = { subject: nameOf(subject), issuer: nameOf(issuer) };
      end(() => resolve({ ends: Date.parse(ends), untrusted, ...names, fingerprint }));
    });
  });
}
