/** Runs where GitHub and the targets can be reached: the other side of packages/cli/deploy/index.ts. */
import { worker } from "../inside";
import { stopSignal } from "@ghrunners/deploy/deployer/carry-out";
import { openEyes, type Watched } from "./eyes";
import { follow, type Followed } from "./follow";

export interface FollowInput extends Watched {
  readonly pauseMs: number;
}

worker(async ({ pauseMs, ...watched }: FollowInput): Promise<Followed> => {
  const eyes = await openEyes(watched);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    return await follow(eyes, { pauseMs, say, signal: stopSignal() });
  } finally {
    eyes.close();
  }
});
