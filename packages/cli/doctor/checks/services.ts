/** What Proxmox VE and GitHub have in common: they answer, and show a certificate. Pure. */
import type { CertificateSeen } from "@ghrunners/core/https/certificate";
import { type DoctorCheck, problem, fromMessage, ok, type DoctorVerdict, type CheckedFact } from "../check";
import { judgeExpiry } from "../expiry";
import type { Fact } from "../facts";

const TRUST = "export NODE_EXTRA_CA_CERTS=CA.pem SSL_CERT_FILE=CA.pem with the file of its authority";

/** @param of whose it is, where one check judges several: such as " of https://pve.example:8006" */
export function judgeCertificate(
  { ends, untrusted }: CertificateSeen,
  at: Date,
  renew: string,
  of = "",
): DoctorVerdict {
  if (untrusted !== undefined && untrusted !== "CERT_HAS_EXPIRED")
    return problem(`a certificate${of} that this machine does not trust (${untrusted})`, TRUST);
  return judgeExpiry(`the certificate${of}`, ends, at, renew);
}

/**
 * @param service such as `proxmox`; the checks are `proxmox-reached` and `proxmox-certificate`
 * @param check the command that shows why there is no answer
 * @param renew the command that renews the certificate
 */
export function reachedChecks(
  stage: CheckedFact["stage"] & ("proxmox" | "github"),
  url: string,
  certificate: Fact<CertificateSeen>,
  { at, check, renew }: { readonly at: Date; readonly check: string; readonly renew: string },
): DoctorCheck[] {
  return [
    {
      id: `${stage}-reached`,
      stage,
      expected: `an answer of ${url}`,
      needs: ["configuration"],
      judge: () => ("error" in certificate ? fromMessage("problem", certificate.error, check) : ok(`${url} answers`)),
    },
    {
      id: `${stage}-certificate`,
      stage,
      expected: "a certificate of an authority that this machine trusts, valid for two weeks",
      needs: [`${stage}-reached`],
      judge: () =>
        "error" in certificate
          ? fromMessage("unknown", certificate.error, check)
          : judgeCertificate(certificate.value, at, renew),
    },
  ];
}
