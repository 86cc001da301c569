/** What a fault of a run is, and what it can reach. */
import type { Deployers } from "./deployers";
import type { SimulatedSite } from "./site";
import type { SwitchHost } from "./switch-host";
import type { Oracle } from "./oracle";

export interface SimulationFault {
  readonly kind: string;
  /** ms since the beginning. */
  readonly at: number;
  readonly seconds: number;
  /** 0 to 1: how much, or which one. */
  readonly amount: number;
}

export interface RunState {
  readonly site: SimulatedSite;
  readonly deployers: Deployers;
  readonly switchHost: SwitchHost;
  readonly truth: Oracle;
  /** Kinds that had an effect. */
  readonly happened: Set<string>;
  /** Something was damaged that no program can repair by itself. */
  damaged: boolean;
}

/** How a fault begins. @returns how it ends, or undefined where it had no effect */
export type StartFault = (state: RunState, fault: SimulationFault) => (() => void) | undefined;

/** The end of a fault that has nothing to end. */
export const nothing = (): void => undefined;
