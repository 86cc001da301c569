/**
 * Redacts what looks like a secret, with the patterns for logs, because many people can read the output of commands and
 * checks. Pure.
 */
import { withoutSecrets as redactedText } from "@ghrunners/core/vocabulary/redaction";

/** Longest text of one finding: its beginning matters most. */
const LONGEST_TEXT = 8_000;

/**
 * Redacts a text for people. It is cut first, and the cut must not leave half a secret, which no pattern would match.
 */
export function withoutSecrets(text: string): string {
  if (text.length <= LONGEST_TEXT) return redactedText(text);
  // Drop the last word, which may be half of a secret.
  const whole = text.slice(0, LONGEST_TEXT).replace(/\S{1,1000}$/, "");
  return `${redactedText(whole)} ...`;
}

/** Redacts a whole file, in pieces of whole lines. A line that is longer than a piece is cut. */
export function fileWithoutSecrets(text: string): string {
  const pieces: string[] = [];
  let piece = "";
  for (const line of text.split(/(?<=\n)/)) {
    if (piece.length + line.length > LONGEST_TEXT) {
      pieces.push(piece);
      piece = "";
    }
    piece += line;
  }
  return [...pieces, piece].map((each) => withoutSecrets(each)).join("");
}
