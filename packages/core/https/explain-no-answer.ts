/**
 * Explains why an https service gave no answer. Pure.
 */

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/** The innermost error code: fetch and Octokit wrap the socket's error. */
function codeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  const inner = cause === undefined ? undefined : codeOf(cause);
  return inner ?? (typeof code === "string" ? code : undefined);
}

/**
 * @param url address of the service
 * @param expected what should be there, such as "the Proxmox VE API"
 * @param setting setting that holds the address, such as `ghrunners:proxmox.endpoint`
 */
export function explainNoAnswer(url: string, expected: string, setting: string, error: unknown): string {
  const seen = codeOf(error) ?? (error as Error).message;
  return CERTIFICATE.test(seen)
    ? `${url} shows a certificate that this machine does not trust (${seen}). Expected one of a known authority. ` +
        `Next: export NODE_EXTRA_CA_CERTS=CA.pem SSL_CERT_FILE=CA.pem with the authority's file, if it is your own`
    : `${url} does not answer (${seen}). Expected ${expected} there. Next: check ${setting} and the network in between`;
}
