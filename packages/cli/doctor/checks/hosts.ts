/** What every host has: SSH, sudo, a clock, a disk. Pure. */
import { thresholds } from "@ghrunners/monitoring/thresholds";
import type { SeenHost } from "../../drift/observation";
import {
  type DoctorCheck,
  type CheckedFact,
  inParts,
  ok,
  problem,
  fromMessage,
  type DoctorVerdict,
  warning,
} from "../check";
import type { Fact } from "../facts";

/** From this share on a disk counts as full: jobs and updates fail soon. */
const FULL = 0.95;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function judgeShare(what: string, share: number, next: string): DoctorVerdict {
  const seen = `${percent(share)} of the ${what} used`;
  if (share >= FULL) return problem(seen, next);
  return share >= thresholds.diskRatio ? warning(seen, next) : ok(seen);
}

function judgeClock(host: SeenHost, at: number, login: string): DoctorVerdict {
  const seconds = Math.round(Math.abs(host.vitals.clock - at / 1000));
  const seen = `${seconds} s apart from this machine's`;
  return seconds > thresholds.clockSkewSeconds ? problem(seen, `${login} sudo timedatectl set-ntp true`) : ok(seen);
}

/** A host that is looked at over SSH. */
export interface Looked {
  /** Begin of the checks' names: runner, monitoring, target. */
  readonly kind: "runner" | "monitoring" | "target";
  readonly stage: CheckedFact["stage"];
  readonly subject?: string;
  readonly address: { readonly user: string; readonly host: string };
  readonly seen: Fact<SeenHost>;
  readonly needs: readonly string[];
  /** The command that fixes an unreachable host, if the message about it names none. */
  readonly repair: string;
  /** The command that gives the login its sudo back. @default what to look at on the host's console */
  readonly repairSudo?: string;
  /** What takes the place of the message's own expectation and command, which are those for a machine of the stack. */
  readonly unreachable?: Pick<DoctorVerdict, "state" | "next" | "expected">;
}

/** @param at this machine's clock when the host was looked at, milliseconds since 1970 */
export function hostChecks(
  { kind, stage, subject, address, seen, needs, repair, repairSudo, unreachable }: Looked,
  at: number,
): DoctorCheck[] {
  const about = { stage, ...(subject === undefined ? {} : { subject }) };
  const login = `ssh ${address.user}@${address.host}`;
  const key = (id: string): string => (subject === undefined ? id : `${id} ${subject}`);
  const sudo = [key(`${kind}-sudo`)];
  const console = `as root on the console of ${address.host}: ls -l /usr/bin/sudo; visudo --check`;
  const of = (judge: (host: SeenHost) => DoctorVerdict) => (): DoctorVerdict =>
    "error" in seen ? fromMessage("unknown", seen.error, repair) : judge(seen.value);
  const clean = `${login} sudo du -xh --max-depth 2 / | sort -h | tail -n 20`;
  return [
    {
      ...about,
      id: `${kind}-ssh`,
      expected: `a login of ${address.user} with the pinned host key`,
      needs,
      judge: () => {
        if (!("error" in seen) || seen.bySudo) return ok(`${address.user}@${address.host}`);
        return { ...fromMessage("problem", seen.error, repair), ...unreachable, blocks: true };
      },
    },
    {
      ...about,
      id: `${kind}-sudo`,
      expected: `sudo without a password for ${address.user}`,
      needs: [key(`${kind}-ssh`)],
      judge: () => ("error" in seen ? problem(inParts(seen.error).seen, repairSudo ?? console) : ok("becomes root")),
    },
    {
      ...about,
      id: `${kind}-clock`,
      expected: `a clock at most ${thresholds.clockSkewSeconds} s apart`,
      needs: sudo,
      judge: of((host) => judgeClock(host, at, login)),
    },
    {
      ...about,
      id: `${kind}-disk`,
      expected: `less than ${percent(thresholds.diskRatio)} of the disk used`,
      needs: sudo,
      judge: of(({ vitals }) => judgeShare("disk", vitals.disk, clean)),
    },
    {
      ...about,
      id: `${kind}-inodes`,
      expected: `less than ${percent(thresholds.diskRatio)} of the inodes used`,
      needs: sudo,
      judge: of(({ vitals }) =>
        judgeShare("inodes", vitals.inodes, `${login} sudo du -x --inodes --max-depth 2 / | sort -n | tail -n 20`),
      ),
    },
  ];
}
