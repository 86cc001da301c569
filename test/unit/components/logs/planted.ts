import { generateKeyPairSync, randomBytes } from "node:crypto";

/** A secret as it could turn up in a log, and texts of it that must not be found anywhere else. */
export interface PlantedLogSecret {
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

const one = (name: string, secret: string, before = `value `, after = ""): PlantedLogSecret => ({
  name,
  lines: [`${name}: ${before}${secret}${after} and more`],
  parts: [secret],
});

const percent = (text: string): string => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`;
const escaped = (text: string): string => `\\u00${text.charCodeAt(0).toString(16)}${text.slice(1)}`;

/** Secrets without a form of their own, known by the text before them, and secrets that are split across lines. */
function coveredSecrets(): PlantedLogSecret[] {
  const token = `ghp_${random(36, letters)}`;
  const password = (): string => `${random(12, letters)}!x`;
  const coloured = `${token.slice(0, 12)}\u001b[1;31m${token.slice(12)}\u001b[0m`;
  const across = (name: string, text: string): PlantedLogSecret => ({
    name,
    lines: [`x ${text} y`],
    parts: [token.slice(14)],
  });
  return [
    across("token with a colour inside", coloured),
    across("token with a link to a page inside", `${token.slice(0, 9)}\u001b]8;;https://x\u0007${token.slice(9)}`),
    across("token with an escape of JSON", escaped(token)),
    across("token with an escape of a URL", `${token.slice(0, 2)}${percent(token.slice(2))}`),
    one("password", password(), "password="),
    one("environment variable", password(), "PGPASSWORD="),
    one("password in JSON", `${random(8, letters)} ${random(8, letters)}`, '{"user":"x","password":"'),
    one("password in JSON in JSON", random(16, letters), '{\\"password\\": \\"'),
    one("password in YAML", password(), "db_password: '"),
    one("password argument", password(), "tool --password "),
    one("password argument of a longer name", password(), "tool --db-admin-password "),
    one("password argument of a list", random(16, letters), '["tool", "--password", "'),
    one("curl's user", random(16, letters), "curl -u deploy:"),
    one("AWS key id", `AKIA${random(16, capitals)}`),
    one("AWS secret", random(40, `${letters}/+`), "AWS_SECRET_ACCESS_KEY="),
    one("Slack token", `xoxb-${random(12, "0123456789")}-${random(24, letters)}`),
    one("npm token", `npm_${random(36, letters)}`),
    one("Vault token", `hvs.${random(24, letters)}`),
    one("Azure key", `${random(86, letters)}==`, "DefaultEndpointsProtocol=https;AccountKey="),
    one("API key header", random(32, letters), "X-Api-Key: "),
    one("access token in a query", random(32, letters), "GET /x?access_token="),
    one("Proxmox VE ticket", `PVE:root@pam:6612AB01::${random(80, letters)}==`, "Cookie: PVEAuthCookie="),
    one("password with a slash in a URL", `7${random(7, capitals)}x/${random(8, letters)}`, "amqp://app:", "@10.0.0.6"),
    one("password of nobody in a URL", random(16, letters), "redis://:", "@cache:6379/0"),
    {
      name: "PGP private key block",
      lines: [
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
        "",
        random(64, letters),
        "=abcd",
        "-----END PGP PRIVATE KEY BLOCK-----",
      ],
      parts: ["=abcd"],
    },
  ];
}

/** New secrets of every kind that the redaction promises to know. */
export function plantedSecrets(): PlantedLogSecret[] {
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
    ...coveredSecrets(),
    { name: "password in a URL", lines: ["https://deploy:hunter2hunter2@host/x"], parts: ["hunter2hunter2"] },
    {
      name: "private key over many lines",
      lines: ["key follows", ...keyLines, "key ended"],
      parts: keyLines.slice(1, -1),
    },
    { name: "private key in one line", lines: [`PEM=${keyLines.join("\\n")} done`], parts: keyLines.slice(1, -1) },
  ];
}
