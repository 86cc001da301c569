/** What the lab's part of the console's page reads and sends. Imports nothing of the lab: it is also for a browser. */
import { z } from "zod";

/** What a button asks for. */
export const faultPanelActionSchema = z.union([
  z.strictObject({ do: z.enum(["make", "clear"]), fault: z.string(), target: z.string().nullable() }),
  z.strictObject({ do: z.literal("clear-all") }),
]);

export type FaultPanelAction = z.infer<typeof faultPanelActionSchema>;

/** A fault with its button. */
export interface ShownFault {
  readonly name: string;
  readonly about: string;
  readonly isSet: boolean;
}

/** What can be broken. */
export interface FaultSubject {
  /** As `npm run lab -- fault NAME TARGET` takes it; null: a whole service, which is not named. */
  readonly target: string | null;
  readonly title: string;
  readonly faults: readonly ShownFault[];
}

/** The panel at one moment. */
export interface FaultPanel {
  /** Proof of a POST that it comes from this page: no other page can read it. */
  readonly token: string;
  readonly subjects: readonly FaultSubject[];
}
