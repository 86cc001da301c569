/** Settings of a program's archive that is taken from a given place, with its checksum. */
import { text } from "./text";

/**
 * Both are set together, beside the version.
 * @param usual where the archive is taken from otherwise, in words
 * @param example a URL
 */
export const pinnedArchive = (usual: string, example: string) => ({
  sha256: text("64 lower-case hexadecimal digits", /^[0-9a-f]{64}$/)
    .optional()
    .meta({
      description: "SHA-256 of the archive at downloadUrl; set both together with version.",
      example: "<64 hexadecimal digits>",
    }),
  downloadUrl: text("an https URL", /^https:\/\/[^\s'"]+$/)
    .optional()
    .meta({
      description: `URL of the pinned archive. Default: ${usual}.`,
      example,
    }),
});
