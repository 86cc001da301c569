/** The ends of the tokens that are not the operator's. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import { type DoctorCheck, type DoctorVerdict, fromMessage, ok, problem } from "../check";
import { judgeExpiry } from "../expiry";
import type { AskedGitHub } from "../facts";
import { type OtherToken, otherTokens, otherTokenValues } from "../other-tokens";
import { AGAIN, asking, nothingAsked } from "./asked-github";

function judge(
  { user, renew }: OtherToken,
  seen: AskedGitHub["otherTokens"][string] | undefined,
  at: Date,
): DoctorVerdict {
  if (seen === undefined) return nothingAsked();
  if ("unusable" in seen) return problem(seen.unusable, renew);
  if ("value" in seen) {
    const { ends } = seen.value;
    return ends === undefined
      ? ok("accepted, without an end that GitHub names")
      : judgeExpiry(`the token of ${user}`, ends, at, renew);
  }
  // The message of the refusal is about the operator's token.
  if (seen.status === 401) return problem("GitHub refuses it: it is wrong, revoked, or has ended", renew);
  if (seen.status === 403 || seen.status === 404)
    return problem(
      `GitHub accepts it, and does not show it the repository (${seen.status})`,
      `give it its permissions on the repository (docs/reference/security.md), or ${renew}`,
    );
  return fromMessage("unknown", seen.error, AGAIN);
}

export function otherTokenChecks(asked: AskedGitHub | undefined, settings: Settings, at: Date): DoctorCheck[] {
  const ask = asking(asked);
  return otherTokenValues(settings).map(([name]) => ({
    id: "github-other-token",
    stage: "github",
    subject: name,
    expected: "a token that GitHub accepts, valid for two weeks",
    needs: ["github-rate-limit"],
    judge: ask(({ otherTokens: seen }) => judge(otherTokens[name], seen[name], at)),
  }));
}
