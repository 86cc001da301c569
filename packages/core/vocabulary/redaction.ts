/**
 * What must not leave a host in a log line. One list for every shipper: Alloy reads it as RE2, the redactor as Python's
 * `re`, so a pattern uses only what both have. The one capturing group of a pattern is what is replaced.
 */
export interface Redaction {
  /** Stands in the log instead: `[REDACTED github-token]`. */
  readonly name: string;
  readonly pattern: string;
}

export const redactions: readonly Redaction[] = [
  {
    // A whole key inside one line or entry, or its beginning up to the end of the line.
    name: "private-key",
    pattern: String.raw`(?s)(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$))`,
  },
  {
    // A line of nothing but base64, as the inner lines of a key are: 64 characters in PEM, 70 in OpenSSH's format.
    name: "key-material",
    pattern: String.raw`(?m)^[ \t]*([A-Za-z0-9+/]{60,76}={0,2})[ \t]*$`,
  },
  {
    // Personal, OAuth, user-to-server, server-to-server and refresh tokens. Their length is not fixed.
    // Source: GitHub, "GitHub's token formats"; installation tokens hold dots and hyphens since 2026.
    name: "github-token",
    pattern: String.raw`(gh[pousr]_[A-Za-z0-9_.\-]{16,})`,
  },
  { name: "github-token", pattern: String.raw`(github_pat_[A-Za-z0-9_]{16,})` },
  // Three parts signed, five parts encrypted. Source: RFC 7519.
  { name: "jwt", pattern: String.raw`(eyJ[A-Za-z0-9_\-]{6,}(?:\.[A-Za-z0-9_\-]+){1,4})` },
  // Registration and removal tokens are 29 capitals and digits that begin with A.
  { name: "runner-token", pattern: String.raw`\b(A[A-Z0-9]{28,63})\b` },
  { name: "argument", pattern: String.raw`(?i)--(?:token|pat|jitconfig)[= ]+([^\s\[]\S*)` },
  {
    name: "authorization",
    pattern: String.raw`(?i)\bauthorization"?[:=] *"?(?:basic|bearer|token|remoteauth|pveapitoken)[ =]+([^\s"\[]+)`,
  },
  { name: "proxmox-token", pattern: String.raw`\S+@\w+![\w.\-]+=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})` },
  { name: "url-password", pattern: String.raw`://[^/\s:@]+:([^/\s@\[]+)@` },
];

/** What a redacted text is replaced by. */
export function redacted(name: string): string {
  return `[REDACTED ${name}]`;
}
