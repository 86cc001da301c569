import { parsePauses, PAUSE_VARIABLE, pausesText, type Pause } from "@ghrunners/failover/choice/pause";
import type { SharedList } from "../shared-variable";

/** The pauses of all stacks of a repository, as DEPLOY_PAUSED keeps them. */
export const pauses: SharedList<Pause> = {
  name: PAUSE_VARIABLE,
  read: (text, now) => {
    const seen = parsePauses(text, now);
    return seen.known ? { entries: seen.pauses } : { problem: seen.problem };
  },
  text: pausesText,
  repair: "ghrunners resume",
};
