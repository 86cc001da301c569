/** GitHub: reached, token, rate limit, repository, permissions, workflows, and what deployments need. Pure. */
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { judgeGitHub } from "@ghrunners/components/preflight/judge";
import { judgeDeployment } from "@ghrunners/components/preflight/judge-deployment";
import { judgeRunnerGroup } from "@ghrunners/components/preflight/judge-runner-group";
import type { Settings } from "@ghrunners/config/parse";
import { openTo } from "@ghrunners/core/github/runner-group";
import { apiBase } from "@ghrunners/core/github/repository";
import { refuseWithoutRequests } from "@ghrunners/core/github/requests-left";
import { thresholds } from "@ghrunners/monitoring/thresholds";
import { neededFiles } from "../../setup/workflow-files";
import { type DoctorCheck, ok, problem, fromMessage, type DoctorVerdict, warning } from "../check";
import { judgeExpiry } from "../expiry";
import type { AskedGitHub, DoctorFacts, GitHubFacts } from "../facts";
import { judgeActions } from "./actions";
import { judgeAnnounced } from "./announced";
import { judgeMachines } from "./machines";
import { AGAIN, asking, nothingAsked, refused } from "./asked-github";
import { deploymentChecks } from "./deployments-at-github";
import { otherTokenChecks } from "./other-tokens";
import { reachedChecks } from "./services";

const RENEW_TOKEN = "pulumi config set --secret ghrunners:githubToken";
const REFRESH = "pulumi up --refresh";

function judgeToken({ asked, left }: GitHubFacts, at: Date): DoctorVerdict {
  // The service of the rate limit accepted it; whatever else was refused is judged further down.
  if (asked === undefined) return ok("accepted");
  const { token } = asked;
  if ("error" in token)
    return token.status === 401 || left === undefined
      ? fromMessage(refused(token.status), token.error, AGAIN)
      : ok("accepted; its end could not be read");
  const { ends } = token.value;
  return ends === undefined
    ? ok("accepted, without an end that GitHub names")
    : judgeExpiry("the token", ends, at, RENEW_TOKEN);
}

function judgeRate({ left }: GitHubFacts, at: Date): DoctorVerdict {
  if (left === undefined) return ok("GitHub names no limit");
  const refusal = refuseWithoutRequests(left, at.getTime());
  if (refusal !== undefined) return fromMessage("problem", refusal, AGAIN);
  return ok(`${left.remaining} of ${left.limit} requests left`);
}

function judgeClock({ token, tokenAt }: AskedGitHub): DoctorVerdict {
  if ("error" in token) return fromMessage("unknown", token.error, AGAIN);
  const { clock } = token.value;
  if (clock === undefined) return ok("GitHub names no time");
  const seconds = Math.round(Math.abs(clock - tokenAt) / 1000);
  return seconds > thresholds.clockSkewSeconds
    ? problem(
        `this machine's clock is ${seconds} s ${clock > tokenAt ? "behind" : "ahead of"} GitHub's`,
        "timedatectl set-ntp true on this machine, if it is not GitHub's clock that is wrong (https://www.githubstatus.com)",
      )
    : ok(`${seconds} s apart`);
}

const proposed: ReadonlySet<string> = new Set(neededFiles({ deploys: true }).map(({ path }) => path));

/** The workflows of this checkout, and the scripts that they run. */
function judgeFiles(
  { files }: AskedGitHub,
  checkout: DoctorFacts["checkout"],
): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in files)
    return files.status === 403 || files.status === 404
      ? warning("not compared: the token may not read files", "give the token the permission Contents: read")
      : fromMessage("unknown", files.error, AGAIN);
  const there = Object.keys(checkout).filter((file) => files.value[file] !== undefined);
  const different = there.filter((file) => files.value[file] !== checkout[file]);
  const differ = (these: readonly string[], fix: string): DoctorVerdict[] =>
    these.length === 0
      ? []
      : [warning(`${these.join(", ")} ${these.length === 1 ? "differs" : "differ"} from this checkout`, fix)];
  const own = different.filter((file) => !proposed.has(file));
  if (different.length > 0)
    return [
      ...differ(
        different.filter((file) => proposed.has(file)),
        "ghrunners setup workflows",
      ),
      ...differ(own, `compare and commit: git diff origin/HEAD -- ${own.join(" ")}`),
    ];
  const missing = Object.keys(checkout).length - there.length;
  return ok(`${there.length} files as in this checkout${missing === 0 ? "" : `, ${missing} not installed`}`);
}

function judgeGroup(
  { repository, runnerGroup = "" }: PreflightInputs["github"],
  seen: AskedGitHub["runnerGroup"],
): DoctorVerdict | readonly DoctorVerdict[] {
  if (seen === undefined) return nothingAsked();
  if ("error" in seen) return fromMessage(refused(seen.status), seen.error, AGAIN);
  const found = judgeRunnerGroup({ repository, runnerGroup }, seen.value, true);
  if (found.length > 0) return found.map(({ reason }) => fromMessage("problem", reason, "pulumi preview"));
  const group = "value" in seen.value.group ? seen.value.group.value : undefined;
  if (group === undefined) return problem(`there is no group ${runnerGroup}`, REFRESH);
  const others = openTo(group, repository);
  if (others.length > 0) return problem(`${runnerGroup} is open to ${others.join(", ")}`, REFRESH);
  return ok(`${runnerGroup} is the repository's alone`);
}

export function githubChecks(
  facts: GitHubFacts,
  inputs: PreflightInputs,
  settings: Settings,
  all: DoctorFacts,
): DoctorCheck[] {
  const stage = "github";
  const { at, checkout } = all;
  const base = apiBase(inputs.github.url);
  const { asked } = facts;
  const ask = asking(asked);
  const preflight = (seen: AskedGitHub, setting: string): DoctorVerdict[] =>
    judgeGitHub(
      inputs,
      seen.seen,
      inputs.runners.map(({ name }) => name),
    )
      .filter((found) => found.setting === setting)
      .map(({ reason }) => fromMessage("problem", reason, "pulumi preview"));
  const needs = ["github-repository"];
  return [
    ...reachedChecks(stage, base, facts.certificate, {
      at,
      check: `curl --head ${base}`,
      renew: "ask the administrator of your GitHub",
    }),
    {
      id: "github-token",
      stage,
      expected: "a token that GitHub accepts, valid for two weeks",
      needs: ["github-certificate"],
      judge: () => judgeToken(facts, at),
    },
    {
      id: "github-rate-limit",
      stage,
      expected: "requests left for a run of Pulumi",
      needs: ["github-token"],
      judge: () => judgeRate(facts, at),
    },
    ...otherTokenChecks(asked, settings, at),
    {
      id: "github-clock",
      stage,
      expected: `clocks at most ${thresholds.clockSkewSeconds} s apart`,
      needs: ["github-rate-limit"],
      judge: ask(judgeClock),
    },
    {
      id: "github-repository",
      stage,
      expected: `${inputs.github.repository}${inputs.publicAllowed ? "" : ", private"}, spelled as at GitHub`,
      needs: ["github-rate-limit"],
      judge: ask((seen) => {
        const { repository } = seen.seen;
        if ("error" in repository) return fromMessage(refused(repository.status), repository.error, AGAIN);
        const found = preflight(seen, "github.repository");
        const { fullName, private: isPrivate } = repository.value;
        return found.length > 0 ? found : ok(`${fullName} is ${isPrivate ? "private" : "public"}`);
      }),
    },
    ...(inputs.hosts
      ? [
          {
            id: "github-runners",
            stage,
            expected: "the list of the runners",
            needs: ["github-rate-limit"],
            judge: ask(({ runners }) =>
              "error" in runners
                ? fromMessage(refused(runners.status), runners.error, AGAIN)
                : ok(`${runners.value.length} registered`),
            ),
          } as const,
          {
            id: "github-smoke-workflow",
            stage,
            expected: `${inputs.smokeWorkflow} on the default branch`,
            needs,
            judge: ask(({ seen: { workflow } }) =>
              "error" in workflow
                ? fromMessage(refused(workflow.status), workflow.error, AGAIN)
                : ok(`${inputs.smokeWorkflow} is there`),
            ),
          } as const,
        ]
      : []),
    ...(inputs.hosts && inputs.github.runnerGroup !== undefined
      ? [
          {
            id: "github-runner-group",
            stage,
            expected: `the runner group ${inputs.github.runnerGroup} for this repository alone`,
            needs: [...needs, "deployed"],
            judge: ask(({ runnerGroup }) => judgeGroup(inputs.github, runnerGroup)),
          } as const,
        ]
      : []),
    {
      id: "github-actions",
      stage,
      expected: "Actions on, and a policy of the organization that allows what the stack needs",
      needs,
      judge: ask((seen) => judgeActions(seen, inputs)),
    },
    {
      id: "github-workflows",
      stage,
      expected: "the files below .github on the default branch as in this checkout",
      needs,
      judge: ask((seen) => judgeFiles(seen, checkout)),
    },
    {
      id: "github-announced",
      stage,
      expected: "nothing that GitHub has ended or will end soon",
      needs,
      judge: ask((seen) => judgeAnnounced(seen, at)),
    },
    {
      id: "github-machines",
      stage,
      expected: "for each job a machine that GitHub has",
      needs,
      judge: ask((seen) => judgeMachines(seen, inputs.github)),
    },
    {
      id: "github-settings",
      stage,
      expected: "a plan, reviewers and permissions for what the stack manages",
      needs,
      judge: ask(({ deployment: seen }) => {
        if ("error" in seen) return fromMessage(refused(seen.status), seen.error, AGAIN);
        const found = judgeDeployment(inputs.deployment, seen.value);
        if (found.length > 0) return found.map(({ reason }) => fromMessage("problem", reason, "pulumi preview"));
        return ok("plan, reviewers and permissions suffice");
      }),
    },
    ...deploymentChecks(asked, inputs, settings, at),
  ];
}
