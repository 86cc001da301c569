import { alerts } from "./runners/alerts";
import { throughGitHub } from "./runners/github";
import { runnerCrashes } from "./runners/crash";
import type { Scenario } from "./scenario";
import { chaos } from "./target/chaos";
import { idempotency } from "./target/idempotency";
import { kills } from "./target/kills";
import { power } from "./target/power";
import { rivals } from "./target/rivals";
import { safety } from "./target/safety";
import { smoke } from "./target/smoke";

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  ...safety,
  ...idempotency,
  ...smoke,
  ...kills,
  ...power,
  ...chaos,
  ...rivals,
  ...runnerCrashes,
  ...alerts,
  ...throughGitHub,
];
