/** A filled document about one deployment: what `ghrunners review ID --json` prints. */
import type { Described } from "@ghrunners/core/schema";
import type { entrySchema, reviewDocumentSchema, rowSchema, sectionSchema, tableSchema } from "./schema";

/**
 * One line of a document. Exactly one of three: recorded (`value` and `source`), missing, or for a person to fill in
 * (only `askedOf`).
 */
export type DocumentEntry = Described<typeof entrySchema>;

export type Row = Described<typeof rowSchema>;

export type Table = Described<typeof tableSchema>;

export type Section = Described<typeof sectionSchema>;

export type ReviewDocument = Described<typeof reviewDocumentSchema>;
