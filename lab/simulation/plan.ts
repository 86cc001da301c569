/** The plan of a run, derived from its seed: which deployments happen when, and which faults. */
import type { VersionQuality } from "./application";
import { faultKinds, sharpKinds, type PlannedFault } from "./faults";
import { RandomStream } from "./random";

/** A requested deployment. */
export interface DeploymentRequest {
  /** ms since the beginning. */
  readonly at: number;
  readonly via: "github" | "direct";
  readonly version: string;
  readonly id?: string;
}

export interface RunPlan {
  readonly seed: number;
  readonly orders: readonly DeploymentRequest[];
  readonly faults: readonly PlannedFault[];
  readonly traits: Readonly<Record<string, VersionQuality>>;
}

/** From here on nothing goes wrong any more, ms. */
export const CALM_AT = 90_000;

/** The kinds of orders that are counted like faults. */
export const orderKinds = ["two-deployers", "same-version", "same-id", "bad-version"] as const;

function ordersOf(random: RandomStream): DeploymentRequest[] {
  const count = random.pick([1, 1, 2, 2, 3]);
  let at = random.between(12_000, 20_000);
  const orders: DeploymentRequest[] = [];
  for (let index = 0; index < count; index += 1) {
    const before = orders.at(-1);
    const same = before !== undefined && random.is(0.3);
    orders.push({
      at,
      via: random.is(0.6) ? "github" : "direct",
      version: same ? before.version : String(2 + index),
      ...(random.is(0.15) ? { id: "release-7" } : {}),
    });
    at += random.is(0.5) ? random.between(0, 6_000) : random.between(6_000, 25_000);
  }
  return orders;
}

export function planRun(seed: number): RunPlan {
  const random = new RandomStream(seed, "plan of the run");
  const orders = ordersOf(random);
  const count = random.pick([0, 1, 1, 2, 2, 2, 3, 4]);
  const faults = Array.from({ length: count }, (): PlannedFault => {
    const begins = random.pick(orders).at;
    return {
      kind: random.pick(random.is(0.4) ? sharpKinds : faultKinds),
      at: Math.round(Math.max(0, begins + random.between(-2_000, 9_000))),
      seconds: random.pick([1, 3, 8, 20, 45]),
      amount: random.next(),
    };
  });
  const traits = Object.fromEntries(
    ["2", "3", "4"].map((version) => [
      version,
      random.pick<VersionQuality>(["good", "good", "good", "unhealthy", "half"]),
    ]),
  );
  return { seed, orders, faults, traits: { "1": "good", ...traits } };
}

/** Which kinds of orders a run has. */
export function kindsOf({ orders, traits }: RunPlan): string[] {
  const versions = orders.map(({ version }) => version);
  const ids = orders.flatMap(({ id }) => id ?? []);
  return [
    ...(orders.some(({ at }, index) => index > 0 && at - (orders[index - 1]?.at ?? 0) < 6_000)
      ? ["two-deployers"]
      : []),
    ...(new Set(versions).size < versions.length ? ["same-version"] : []),
    ...(new Set(ids).size < ids.length ? ["same-id"] : []),
    ...(versions.some((version) => traits[version] !== "good") ? ["bad-version"] : []),
  ];
}
