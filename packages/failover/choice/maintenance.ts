/**
 * Which runners are out of service, until when and why: content of the repository variable RUNNER_MAINTENANCE. Pure.
 */
import * as z from "zod";

/** Repository variable that `ghrunners maintenance` writes, and the failover switch and the gate read. */
export const MAINTENANCE_VARIABLE = "RUNNER_MAINTENANCE";

const oneLine = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\r\n]*$/);

const entry = z.object({
  /** Name of the runner at GitHub. */
  name: oneLine,
  /** RFC 3339; from then on the entry is ignored. */
  until: z.iso.datetime({ offset: true }),
  reason: oneLine,
  /** Who started it. */
  by: oneLine,
});

const content = z.object({ schema: z.literal("ghrunners.maintenance/1"), runners: z.array(entry).max(100) });

/** One runner in maintenance. */
export type Maintenance = z.output<typeof entry>;
/** What the variable holds. */
export type MaintenanceContent = z.output<typeof content>;

/** What is currently known about maintenance. */
export type MaintenanceSeen =
  | { readonly known: true; readonly runners: readonly Maintenance[] }
  /** It is unknown which runners are in maintenance; the problem says what was seen and expected. */
  | { readonly known: false; readonly problem: string };

/** The variable's text for these runners. @throws ZodError for an entry that no reader would accept */
export function maintenanceText(runners: readonly Maintenance[]): string {
  const whole: MaintenanceContent = { schema: "ghrunners.maintenance/1", runners: [...runners] };
  return JSON.stringify(content.parse(whole));
}

/**
 * Reads the variable.
 * @param text its value; undefined or empty if the variable does not exist: then no runner is in maintenance
 * @returns the entries that have not expired, or why they cannot be known
 */
export function parseMaintenance(text: string | undefined, now: Date): MaintenanceSeen {
  if (text === undefined || text.trim() === "") return { known: true, runners: [] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { known: false, problem: `${MAINTENANCE_VARIABLE} is no JSON. Expected schema ghrunners.maintenance/1.` };
  }
  const result = content.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue?.path.join(".") || "its content";
    return {
      known: false,
      problem: `${MAINTENANCE_VARIABLE} is not ghrunners.maintenance/1: ${place}: ${issue?.message}`,
    };
  }
  return { known: true, runners: result.data.runners.filter(({ until }) => Date.parse(until) > now.getTime()) };
}

/** The maintenance of one runner that ends last; undefined if it is in none. Names compare without case. */
export function maintenanceOf(runners: readonly Maintenance[], name: string): Maintenance | undefined {
  return runners
    .filter((each) => each.name.toLowerCase() === name.toLowerCase())
    .sort((one, other) => Date.parse(other.until) - Date.parse(one.until))[0];
}
