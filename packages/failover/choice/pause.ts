/**
 * Whether deployments as a whole are paused, until when and why: content of the repository variable DEPLOY_PAUSED. Pure.
 */
import * as z from "zod";

/** Repository variable that `ghrunners pause` writes; the gate, deploy.yml and the commands read it. */
export const PAUSE_VARIABLE = "DEPLOY_PAUSED";

const oneLine = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\r\n]*$/);

const entry = z.object({
  /** The setting `environment` of the stack, which is the label of its runners. */
  environment: oneLine,
  /** RFC 3339; from then on the entry is ignored. */
  until: z.iso.datetime({ offset: true }),
  /** Why. */
  note: oneLine,
  /** Who paused them. */
  by: oneLine,
});

const content = z.object({ schema: z.literal("ghrunners.pauses/1"), pauses: z.array(entry).max(100) });

/** The pause of one environment. */
export type Pause = z.output<typeof entry>;

/** What is currently known about pauses. */
export type PausesSeen =
  | { readonly known: true; readonly pauses: readonly Pause[] }
  /** It is unknown whether deployments are paused; the problem says what was seen and expected. */
  | { readonly known: false; readonly problem: string };

/** The variable's text for these pauses. @throws ZodError for an entry that no reader would accept */
export const pausesText = (pauses: readonly Pause[]): string =>
  JSON.stringify(content.parse({ schema: "ghrunners.pauses/1", pauses: [...pauses] }));

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Reads the variable.
 * @param text its value; undefined or empty if the variable does not exist: then nothing is paused
 * @returns the pauses that have not ended, or why they cannot be known
 */
export function parsePauses(text: string | undefined, now: Date): PausesSeen {
  if (text === undefined || text.trim() === "") return { known: true, pauses: [] };
  const result = content.safeParse(parsed(text));
  if (!result.success)
    return {
      known: false,
      problem: `${PAUSE_VARIABLE} is not ghrunners.pauses/1, so it is unknown whether deployments are paused.`,
    };
  return { known: true, pauses: result.data.pauses.filter(({ until }) => Date.parse(until) > now.getTime()) };
}

/** The pause of an environment that ends last; undefined if it is not paused. Labels compare without case. */
export function pauseOf(pauses: readonly Pause[], environment: string): Pause | undefined {
  return pauses
    .filter((each) => each.environment.toLowerCase() === environment.toLowerCase())
    .sort((one, other) => Date.parse(other.until) - Date.parse(one.until))[0];
}

/**
 * Why no deployment of an environment may start; undefined if none is paused. A text that cannot be read counts as
 * paused. @param text value of the variable; undefined: it does not exist
 */
export function pauseProblem(text: string | undefined, environment: string, now: Date): string | undefined {
  const seen = parsePauses(text, now);
  if (!seen.known) return `${seen.problem} Next: ghrunners resume`;
  const pause = pauseOf(seen.pauses, environment);
  return pause && pauseWords(pause);
}

/** The pause in words, with the command that ends it. */
export const pauseWords = ({ environment, until, note, by }: Pause): string =>
  `Deployments to ${environment} are paused until ${until}: ${note} (by ${by}). Next: wait, or ghrunners resume`;
