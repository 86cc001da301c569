import { generateKeyPairSync, randomBytes } from "node:crypto";

/** A secret as it could turn up in a log, and texts of it that must not be found anywhere else. */
export interface Planted {
  readonly name: string;
  /** Lines to log, the secret in them. */
  readonly lines: readonly string[];
  /** No one of these may arrive. */
  readonly parts: readonly string[];
}

const random = (length: number, alphabet: string): string =>
  [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join("");
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const one = (name: string, secret: string, before = `value `): Planted => ({
  name,
  lines: [`${name}: ${before}${secret} and more`],
  parts: [secret],
});

/** New secrets of every kind that the redaction promises to know. */
export function plantedSecrets(): Planted[] {
  const jwt = `${base64url({ alg: "RS256", typ: "JWT" })}.${base64url({ sub: random(30, letters) })}.${random(86, letters)}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const keyLines = pem.trim().split("\n");
  return [
    ...["ghp", "gho", "ghu", "ghs", "ghr"].map((kind) => one(`${kind} token`, `${kind}_${random(36, letters)}`)),
    one("long installation token", `ghs_${random(520, letters)}`),
    one("installation token with a JWT in it", `ghs_${random(7, "0123456789")}_${jwt}`),
    one("fine-grained token", `github_pat_${random(22, letters)}_${random(59, letters)}`),
    one("token in JSON", `ghp_${random(36, letters)}`, '{"token":"'),
    one("JWT", jwt),
    one("registration token", `A${random(28, capitals)}`),
    one("token argument", random(24, letters), "./config.sh --token "),
    one("authorization", random(40, letters), "Authorization: bearer "),
    one("Proxmox VE token", "5e0f3a2c-97d1-4b60-8f4e-0a1b2c3d4e5f", "PVEAPIToken=pulumi@pve!ghrunners="),
    { name: "password in a URL", lines: ["https://deploy:hunter2hunter2@host/x"], parts: ["hunter2hunter2"] },
    {
      name: "private key over many lines",
      lines: ["key follows", ...keyLines, "key ended"],
      parts: keyLines.slice(1, -1),
    },
    { name: "private key in one line", lines: [`PEM=${keyLines.join("\\n")} done`], parts: keyLines.slice(1, -1) },
  ];
}
