/** Parses the output of scripts/observe-host.sh. Pure. */
import { withoutSecrets } from "@ghrunners/core/vocabulary/redaction";
import type { AuthorizedKey, SeenHost } from "./observation";

const KEY = /(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2})(?:\s+(.*))?$/;

/** A line of a file of keys, which may begin with options; undefined if it contains no key. */
export function parseAuthorizedKey(
  place: Pick<AuthorizedKey, "user" | "file" | "changedBy">,
  line: string,
): AuthorizedKey | undefined {
  const [, key, comment = ""] = KEY.exec(line.trim()) ?? [];
  return key === undefined ? undefined : { ...place, key, comment };
}

/** The used share of `USED AVAILABLE`, as df rounds it for users; 0 where there is no limit. */
function share(text = ""): number {
  const [used = NaN, available = NaN] = text.trim().split(/\s+/).map(Number);
  return used + available === 0 ? 0 : used / (used + available);
}

export function parseHost(name: string, output: string): SeenHost {
  const facts = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [kind = "", subject = "", ...value] = line.split("\t");
      return { kind, subject, value: value.join("\t") };
    });
  const factsOf = (kind: string) => facts.filter((fact) => fact.kind === kind);
  const unit = new Map(factsOf("unit").map(({ subject, value }) => [subject, value]));
  const keys = factsOf("key").flatMap(({ subject, value }) => {
    const [file = "", changedBy = "", ...line] = value.split("\t");
    return parseAuthorizedKey({ user: subject, file, changedBy }, line.join("\t")) ?? [];
  });
  const host = new Map(factsOf("host").map(({ subject, value }) => [subject, value]));
  const vitals = {
    clock: Number(host.get("now") ?? NaN),
    disk: share(host.get("disk")),
    inodes: share(host.get("inodes")),
  };
  if (unit.size === 0) return { name, keys, vitals };
  const fact = (key: string): string => unit.get(key) ?? "";
  return {
    name,
    keys,
    vitals,
    unit: {
      enabled: fact("enabled"),
      active: fact("active"),
      // The journal has what jobs say, too.
      words: withoutSecrets(fact("words")),
      hasCredentials: fact("credentials") !== "lost",
      jobs: Number(fact("jobs")),
      user: fact("user"),
      dropIns: fact("dropIns")
        .split(" ")
        .filter((file) => file !== ""),
      configuration: fact("configuration"),
      // bash quotes an empty value as ''.
      writable: fact("writable") === "''" ? "" : fact("writable"),
      unusable: fact("unusable"),
    },
  };
}
