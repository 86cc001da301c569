/** Resources and values of an exported state. Pure. */

/** A resource in `pulumi stack export`; only the fields that are used here. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export type ResourceProperties = Readonly<Record<string, unknown>>;

/** A secret in an export with --show-secrets is an object with its JSON text. Source: Pulumi, sdk/go/common/apitype. */
export function reveal(value: unknown): unknown {
  const plaintext =
    typeof value === "object" && value !== null ? (value as { plaintext?: unknown }).plaintext : undefined;
  return typeof plaintext === "string" ? (JSON.parse(plaintext) as unknown) : value;
}

export const bag = (value: unknown): ResourceProperties =>
  typeof value === "object" && value !== null ? (value as ResourceProperties) : {};
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
