/**
 * Patterns of secrets that must not leave a host in a log line. One list for every shipper: Alloy reads it as RE2, the
 * redactor as Python's `re`, so a pattern uses only what both support. Each pattern has one capturing group, which is
 * what gets replaced.
 */
export interface Redaction {
  /** Shown in the log instead: `[REDACTED github-token]`. */
  readonly name: string;
  readonly pattern: string;
}

/**
 * Colours and other terminal control sequences. They are removed before the search, because one inside a token would
 * hide it. They are not secrets, so they are not in the list.
 */
export const TERMINAL_SEQUENCES = String.raw`(\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)|[@-Z\\^_]))`;

/** Names of settings whose values are secrets. Names that only end like this (PGPASSWORD, MY_API_KEY) count too. */
const NAMES =
  "password|passwd|passphrase|api[_-]?key|access[_-]?token|auth[_-]?token|refresh[_-]?token|id[_-]?token|private[_-]?token" +
  "|client[_-]?secret|secret[_-]?(?:access[_-]?)?key|account[_-]?key|shared[_-]?access[_-]?key|sas[_-]?token";

/**
 * Jobs control what is in a log line, so no pattern may be slow on any line: each repetition is bounded or cannot start
 * again at every position. 1000 is RE2's largest bound.
 */
export const redactions: readonly Redaction[] = [
  {
    // A whole key inside one line or entry, or its beginning up to the end of the line. PGP calls the key a block.
    name: "private-key",
    pattern: String.raw`(?s)(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$))`,
  },
  {
    // A line of nothing but base64, as the inner lines of a key are: 64 characters in PEM and PGP, 70 in OpenSSH's
    // format.
    name: "key-material",
    pattern: String.raw`(?m)^[ \t]{0,40}([A-Za-z0-9+/]{60,76}={0,2})[ \t]{0,40}$`,
  },
  {
    // Personal, OAuth, user-to-server, server-to-server and refresh tokens. Their length is not fixed.
    // Source: GitHub, "GitHub's token formats"; installation tokens hold dots and hyphens since 2026.
    name: "github-token",
    pattern: String.raw`(gh[pousr]_[A-Za-z0-9_.\-]{16,})`,
  },
  { name: "github-token", pattern: String.raw`(github_pat_[A-Za-z0-9_]{16,})` },
  // Three parts signed, five parts encrypted; its beginning alone is base64 of JSON and is redacted too. Source: RFC
  // 7519.
  { name: "jwt", pattern: String.raw`(eyJ[A-Za-z0-9_\-]{12,}(?:\.[A-Za-z0-9_\-]+)*)` },
  // Registration and removal tokens are 29 capitals and digits that begin with A.
  { name: "runner-token", pattern: String.raw`\b(A[A-Z0-9]{28,63})\b` },
  {
    // Slack, npm, HashiCorp Vault, GitLab, Docker Hub, Stripe, Google: tokens whose prefix names the vendor.
    name: "vendor-token",
    pattern: String.raw`((?:xox[a-z]-|xapp-|npm_|hv[sbr]\.|glpat-|dckr_pat_|sk_live_|rk_live_|AIza)[A-Za-z0-9_\-]{10,})`,
  },
  { name: "aws-key", pattern: String.raw`\b((?:AKIA|ASIA)[A-Z0-9]{16})\b` },
  {
    // "password": "x", also inside a JSON text that is itself quoted.
    name: "named-secret",
    pattern: String.raw`(?i)(?:${NAMES})\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,3}"((?:[^"\\]|\\.){1,1000})`,
  },
  {
    name: "named-secret",
    pattern: String.raw`(?i)(?:${NAMES})\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8}'?([^\s"'\[\\][^\s"']*)`,
  },
  {
    // --password, and options that end like it: --db-password
    name: "argument",
    pattern: String.raw`(?i)--(?:pat|jitconfig|(?:[a-z0-9]{1,32}[_-]){0,3}(?:token|${NAMES}))["',]{0,3}[= ]{1,8}["']?([^\s\["'][^\s"']*)`,
  },
  {
    // curl --user NAME:PASSWORD
    name: "argument",
    pattern: String.raw`(?:^|\s)(?:-u|--user|--proxy-user)[= ]?["']?[^\s:"'\[=]{1,128}:([^\s"'\[/][^\s"']*)`,
  },
  {
    name: "authorization",
    pattern: String.raw`(?i)\bauthorization\\?"?[:=][ \t]{0,8}\\?"?(?:basic|bearer|token|remoteauth|pveapitoken)[ =]{1,8}([^\s"\[]+)`,
  },
  { name: "proxmox-token", pattern: String.raw`![\w.\-]{1,128}=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})` },
  { name: "proxmox-ticket", pattern: String.raw`(?i)\bPVEAuthCookie=([^\s;"'\[]+)` },
  // The user may be missing, and the password may contain a slash; what begins with a digit may instead be a port and a
  // path.
  {
    name: "url-password",
    pattern: String.raw`://[^/\s:@]{0,256}:(\d{0,5}[^\d/\s@\[][^\s@\["'<>]{0,511}|[^/\s@\[]{1,512})@`,
  },
];

/** The text that replaces a redacted one. */
export function redacted(name: string): string {
  return `[REDACTED ${name}]`;
}

/** RE2 and Python have flags at the beginning of the pattern; JavaScript takes them separately. */
export function toRegExp(pattern: string, flags = ""): RegExp {
  const [, own = "", rest = pattern] = /^\(\?([ims]+)\)(.*)/s.exec(pattern) ?? [];
  return new RegExp(rest, flags + own);
}

const sequences = toRegExp(TERMINAL_SEQUENCES, "g");
const expressions = redactions.map(({ name, pattern }) => ({ name, expression: toRegExp(pattern, "g") }));

/** The text with the escapes of URLs, JSON and programs undone, once. */
const unescaped = (text: string): string =>
  text.replace(/%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi, (_whole, url, json, program) =>
    String.fromCharCode(parseInt((url ?? json ?? program) as string, 16)),
  );

const replaced = (text: string): string =>
  expressions.reduce(
    (kept, { name, expression }) =>
      kept.replace(expression, (whole: string, secret: string) => whole.replace(secret, () => redacted(name))),
    text,
  );

/** Redacts what looks like a secret, as the log shippers do, also where an escape hides it. */
export function withoutSecrets(text: string): string {
  const seen = text.replace(sequences, "");
  const plain = unescaped(seen);
  const shown = replaced(plain);
  return shown === plain ? replaced(seen) : shown;
}
