import type { StateText } from "./dashboard";

/** 1 is good, 0 is bad. */
export const UP_DOWN: readonly StateText[] = [
  { value: 1, text: "up", tone: "good" },
  { value: 0, text: "down", tone: "bad" },
];

/** 1 is busy, 0 is idle, neither is bad. */
export const BUSY_IDLE: readonly StateText[] = [
  { value: 1, text: "busy", tone: "neutral" },
  { value: 0, text: "idle", tone: "good" },
];

/** 1 differs from the configuration, 0 agrees. */
export const DRIFT: readonly StateText[] = [
  { value: 0, text: "as configured", tone: "good" },
  { value: 1, text: "changed", tone: "bad" },
];
