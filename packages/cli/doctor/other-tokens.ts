/** The tokens of a stack that are not the operator's: for services, and for the workflows. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import { appIn } from "@ghrunners/core/github/credential";
import { VIEW_SECRET } from "@ghrunners/core/vocabulary/delivery";

export interface OtherToken {
  /** Name of the setting, or of the secret at GitHub. */
  readonly name: string;
  /** Who uses it, as the end of "the token of ...". */
  readonly user: string;
  /** The command that replaces it. */
  readonly renew: string;
  /** Whether it may be a GitHub App, whose key has no end. */
  readonly mayBeApp: boolean;
}

/** Without their values, so that nothing that is judged or printed has one. */
export const otherTokens = {
  exporterToken: {
    name: "exporterToken",
    user: "the exporters",
    renew: "pulumi config set --secret ghrunners:exporterToken, then pulumi up",
    mayBeApp: true,
  },
  failoverToken: {
    name: "failoverToken",
    user: "the failover switch",
    renew: "pulumi config set --secret ghrunners:failoverToken, then pulumi up",
    mayBeApp: true,
  },
  [VIEW_SECRET]: {
    name: VIEW_SECRET,
    user: "the runner gate",
    renew: `pulumi config set --secret --path 'ghrunners:secretValues.${VIEW_SECRET}' < SECRET_FILE, then pulumi up`,
    mayBeApp: false,
  },
} as const satisfies Readonly<Record<string, OtherToken>>;

type Name = keyof typeof otherTokens;

/** Values of those that the stack has, by name. Another secret is none of ours to send to GitHub. */
export const otherTokenValues = ({
  exporterToken,
  failoverToken,
  secretValues,
}: Pick<Settings, "exporterToken" | "failoverToken" | "secretValues">): [Name, string][] =>
  (
    Object.entries({ exporterToken, failoverToken, [VIEW_SECRET]: secretValues[VIEW_SECRET] }) as [
      Name,
      string | undefined,
    ][]
  ).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [Name, string]]));

/**
 * Why a value cannot be sent as a token; undefined: it can. Says nothing of the value: an error of the HTTP client would
 * show it.
 */
export function unusable({ mayBeApp }: OtherToken, value: string): string | undefined {
  if (!value.trimStart().startsWith("{"))
    return /^[\x21-\x7e]+$/.test(value) ? undefined : "it has blanks, line ends or other signs that no token has";
  if (!mayBeApp) return "it is no token, which workflows could send";
  try {
    appIn(value);
    return undefined;
  } catch {
    return "it is neither a token nor a GitHub App";
  }
}
