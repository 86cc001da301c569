/** What GitHub has announced that it will change, where it concerns the stack. Pure. */
import { REST_API_VERSION } from "@ghrunners/core/github/rest-version";
import { type Announcement, announcements, type Concerned } from "../announced";
import { type DoctorVerdict, fromMessage, ok, problem, warning } from "../check";
import { daysLeft } from "../expiry";
import type { AskedGitHub, Fact } from "../facts";
import { AGAIN } from "./asked-github";

/** A refusal means that this token may not read it; other errors may end by themselves. */
const mayNotRead = (fact: Fact<unknown>): boolean => "error" in fact && (fact.status === 403 || fact.status === 404);

/** What of the stack an announcement can concern, from what was read. */
function concernedOf({ workflows, machines, runners }: AskedGitHub): Concerned {
  return {
    workflows: "value" in workflows ? workflows.value.needs : {},
    variables: "value" in machines ? machines.value : {},
    ownLabels: "value" in runners ? runners.value.flatMap(({ labels }) => labels) : [],
    restVersion: REST_API_VERSION,
  };
}

const several = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

/** Undefined: it does not concern the stack, or not yet. */
function judgeOne({ date, change, next, warnWeeks, source }: Announcement, what: readonly string[], at: Date) {
  const days = daysLeft(Date.parse(date), at);
  if (what.length === 0 || days >= warnWeeks * 7) return undefined;
  const since = days < 0 ? `since ${date}` : `from ${date}, in ${days} ${days === 1 ? "day" : "days"}`;
  const seen = `${since}: ${change}. Concerned: ${several(what)}`;
  return (days < 0 ? problem : warning)(seen, next, `nothing that GitHub has ended or will end soon (${source})`);
}

/** @param at now @param known the announcements; default: all that this version knows */
export function judgeAnnounced(asked: AskedGitHub, at: Date, known = announcements): readonly DoctorVerdict[] {
  const { server, workflows, machines } = asked;
  if ("error" in server) return [fromMessage("unknown", server.error, AGAIN)];
  if (server.value !== undefined)
    return [ok(`not judged: GitHub Enterprise Server ${server.value} has its own release notes`)];
  for (const fact of [workflows, machines])
    if ("error" in fact && !mayNotRead(fact)) return [fromMessage("unknown", fact.error, AGAIN)];
  const stack = concernedOf(asked);
  const concerning = known.map((each) => ({ each, what: each.concerns(stack) }));
  const verdicts = concerning.flatMap(({ each, what }) => judgeOne(each, what, at) ?? []);
  if (verdicts.length > 0) return verdicts;
  const later = concerning.filter(({ what }) => what.length > 0).map(({ each }) => `${each.id} on ${each.date}`);
  const unread = "value" in workflows ? workflows.value.unread.length : 0;
  return [
    ok(
      [
        `${known.length} known, none concerns the stack${later.length === 0 ? "" : ` before ${later.join(", ")}`}`,
        ...(mayNotRead(workflows) ? ["not known for the workflows, which this token may not read"] : []),
        ...(mayNotRead(machines) ? ["not known for the repository's variables, which this token may not read"] : []),
        ...(unread === 0 ? [] : [`not known for ${unread} workflows, which are too many to read`]),
      ].join("; "),
    ),
  ];
}
