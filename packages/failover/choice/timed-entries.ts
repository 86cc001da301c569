/**
 * A repository variable that holds entries which end by themselves: what stacks tell the gate and each other through
 * GitHub. Pure.
 */
import * as z from "zod";

/** A text of one line, 1 to 200 characters. */
export const oneLine = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\r\n]*$/);

/** Fields that every entry has. */
export const timedFields = {
  /** RFC 3339; from then on the entry is ignored. */
  until: z.iso.datetime({ offset: true }),
  /** Who wrote it. */
  by: oneLine,
} as const;

interface TimedEntry {
  readonly until: string;
  readonly by: string;
}

/** The entries that have not ended, or why they cannot be known: what was seen and expected. */
export type EntriesSeen<Entry> =
  { readonly known: true; readonly entries: readonly Entry[] } | { readonly known: false; readonly problem: string };

/** How entries are kept in their variable. */
export interface TimedEntries<Entry> {
  /** Name of the repository variable. */
  readonly variable: string;
  /** The command that removes a text that cannot be read. */
  readonly repair: string;
  /** The variable's text. @throws ZodError for an entry that no reader would accept */
  readonly text: (entries: readonly Entry[]) => string;
  /** Reads the variable. @param text undefined or empty if it does not exist: then there are no entries */
  readonly parse: (text: string | undefined, now: Date) => EntriesSeen<Entry>;
}

/**
 * @param kept `schema` is name and version of the text, such as `ghrunners.pauses/1`; `key` the property that holds the
 * list
 */
export function timedEntries<Entry extends TimedEntry>(
  {
    variable,
    schema,
    key,
    repair,
  }: Omit<TimedEntries<Entry>, "text" | "parse"> & {
    readonly schema: string;
    readonly key: string;
  },
  entry: z.ZodType<Entry>,
): TimedEntries<Entry> {
  const content = z.object({ schema: z.literal(schema), [key]: z.array(entry).max(100) });
  return {
    ...{ variable, repair },
    text: (entries) => JSON.stringify(content.parse({ schema, [key]: entries })),
    parse: (text, now) => {
      if (text === undefined || text.trim() === "") return { known: true, entries: [] };
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return { known: false, problem: `${variable} is no JSON. Expected schema ${schema}.` };
      }
      const result = content.safeParse(value);
      if (!result.success) {
        const [issue] = result.error.issues;
        const place = issue?.path.join(".") || "its content";
        return { known: false, problem: `${variable} is not ${schema}: ${place}: ${issue?.message}` };
      }
      const entries = (result.data as Record<string, unknown>)[key] as Entry[];
      return { known: true, entries: entries.filter(({ until }) => Date.parse(until) > now.getTime()) };
    },
  };
}

/** The entry of a name that ends last; undefined if there is none. Names compare without case, as at GitHub. */
export function lastOf<Entry extends TimedEntry>(
  entries: readonly Entry[],
  nameOf: (entry: Entry) => string,
  name: string,
): Entry | undefined {
  return entries
    .filter((each) => nameOf(each).toLowerCase() === name.toLowerCase())
    .sort((one, other) => Date.parse(other.until) - Date.parse(one.until))[0];
}
