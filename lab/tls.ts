import * as x509 from "@peculiar/x509";
import { createPrivateKey, webcrypto, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 24 * 3600 * 1000;

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

async function pemOfKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "pem", type: "pkcs8" }) as string;
}

/** The certificate is written last: where it exists, its key does too. */
function writePair(files: CertificateFiles, certificate: string, key: string): void {
  mkdirSync(path.dirname(files.certificate), { recursive: true, mode: 0o700 });
  writeFileSync(`${files.key}.new`, key, { mode: 0o600 });
  renameSync(`${files.key}.new`, files.key);
  writeFileSync(`${files.certificate}.new`, certificate);
  renameSync(`${files.certificate}.new`, files.certificate);
}

function isCurrent(files: CertificateFiles, now: Date): boolean {
  if (!existsSync(files.certificate) || !existsSync(files.key)) return false;
  return new Date(new X509Certificate(readFileSync(files.certificate)).validTo).getTime() > now.getTime() + 30 * day;
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: "der", type: "pkcs8" });
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
}

/**
 * The lab's own certificate authority: one a machine, in the cache, because the machine template trusts it.
 * Made again 30 days before it ends.
 */
export async function ensureAuthority(folder: string, now: Date): Promise<CertificateFiles> {
  const files = { certificate: path.join(folder, "ca.pem"), key: path.join(folder, "ca-key.pem") };
  if (isCurrent(files, now)) return files;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=ghrunners lab CA",
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + 3650 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  writePair(files, certificate.toString("pem"), await pemOfKey(keys.privateKey));
  return files;
}

/**
 * A server certificate signed by the lab's authority.
 * @param hosts IP addresses and DNS names it is valid for
 */
export async function ensureServerCertificate(
  authority: CertificateFiles,
  files: CertificateFiles,
  hosts: { ips: readonly string[]; names: readonly string[] },
  now: Date,
): Promise<CertificateFiles> {
  const issuer = new x509.X509Certificate(readFileSync(authority.certificate, "utf8"));
  if (isCurrent(files, now)) {
    const issued = new X509Certificate(readFileSync(files.certificate));
    if (issued.verify(new X509Certificate(readFileSync(authority.certificate)).publicKey)) return files;
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${hosts.names[0] ?? hosts.ips[0] ?? "lab"}`,
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + 365 * day),
    signingKey: await importKey(readFileSync(authority.key, "utf8")),
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]),
      new x509.SubjectAlternativeNameExtension([
        ...hosts.ips.map((value) => ({ type: "ip" as const, value })),
        ...hosts.names.map((value) => ({ type: "dns" as const, value })),
      ]),
    ],
  });
  writePair(files, certificate.toString("pem"), await pemOfKey(keys.privateKey));
  return files;
}
