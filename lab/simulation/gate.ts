/** The gate's own judgement, which its script is bundled of. */
import type { Linker } from "./linker";

export type GateJudge = typeof import("@ghrunners/deploy/gate/judge");

export const loadGate = (linker: Linker): GateJudge => linker.load<GateJudge>("packages/deploy/gate/judge.ts");
