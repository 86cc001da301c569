/** A zod schema as a type and as a published JSON Schema. */
import * as z from "zod";

type Deep<T> = T extends (infer Item)[]
  ? readonly Deep<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Deep<T[Key]> }
    : T;

/** The value that a schema describes, deeply read-only. */
export type Described<Schema extends z.ZodType> = Deep<z.output<Schema>>;

/** The JSON Schema (2020-12) of a schema, without zod's own patterns and number limits, which tell a reader nothing. */
export function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, {
    unrepresentable: "any",
    override: ({ jsonSchema: made }) => {
      if (made.format !== undefined) delete made.pattern;
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
    },
  });
}
