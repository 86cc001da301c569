/** Takes out what looks like a secret, with the patterns of the logs. Text of commands and checks has many readers. Pure. */
import { withoutSecrets as redactedText } from "@ghrunners/core/vocabulary/redaction";

/** Longest text of one finding: what a person reads of it is at its beginning. */
const LONGEST_TEXT = 8_000;

/** A text for people. It is cut before it is looked through: half a secret has the form of none. */
export function withoutSecrets(text: string): string {
  if (text.length <= LONGEST_TEXT) return redactedText(text);
  // A secret that the cut went through is not shown by its half.
  const whole = text.slice(0, LONGEST_TEXT).replace(/\S{1,1000}$/, "");
  return `${redactedText(whole)} ...`;
}

/** A file of many lines, all of it, in pieces of whole lines. A line that is longer than a piece is cut. */
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
