import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { CertificateHosts, CertificatePair } from "./certificates";

const day = 24 * 3600 * 1000;

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The certificate is written last: where it exists, its key does too. */
function writePair(files: CertificateFiles, pair: CertificatePair): void {
  mkdirSync(path.dirname(files.certificate), { recursive: true, mode: 0o700 });
  writeWhole(files.key, pair.key);
  writeWhole(files.certificate, pair.certificate, { mode: 0o644 });
}

function isCurrent(files: CertificateFiles, now: Date): boolean {
  if (!existsSync(files.certificate) || !existsSync(files.key)) return false;
  return new Date(new X509Certificate(readFileSync(files.certificate)).validTo).getTime() > now.getTime() + 30 * day;
}

/**
 * The lab's own certificate authority: one a machine, in the cache, because the machine template trusts it.
 * Made again 30 days before it ends.
 */
export async function ensureAuthority(folder: string, now: Date): Promise<CertificateFiles> {
  const files = { certificate: path.join(folder, "ca.pem"), key: path.join(folder, "ca-key.pem") };
  if (isCurrent(files, now)) return files;
  const { issueAuthority } = require("./certificates") as typeof import("./certificates");
  writePair(files, await issueAuthority(now));
  return files;
}

/**
 * A server certificate signed by the lab's authority; made again when the authority is another one or the end is near.
 */
export async function ensureServerCertificate(
  authority: CertificateFiles,
  files: CertificateFiles,
  hosts: CertificateHosts,
  now: Date,
): Promise<CertificateFiles> {
  if (isCurrent(files, now)) {
    const issued = new X509Certificate(readFileSync(files.certificate));
    if (issued.verify(new X509Certificate(readFileSync(authority.certificate)).publicKey)) return files;
  }
  const { issueServer } = require("./certificates") as typeof import("./certificates");
  const issuer = { certificate: readFileSync(authority.certificate, "utf8"), key: readFileSync(authority.key, "utf8") };
  writePair(files, await issueServer(issuer, hosts, now));
  return files;
}
