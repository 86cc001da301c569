/** GitHub: reached, token, rate limit, repository, permissions, workflows, environment, next runner. Pure. */
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { judgeGitHub } from "@ghrunners/components/preflight/judge";
import { judgeDeployment } from "@ghrunners/components/preflight/judge-deployment";
import { judgeRunnerGroup } from "@ghrunners/components/preflight/judge-runner-group";
import type { Settings } from "@ghrunners/config/parse";
import { protectionOf } from "@ghrunners/core/github/protection";
import { openTo } from "@ghrunners/core/github/runner-group";
import { apiBase } from "@ghrunners/core/github/repository";
import { refuseWithoutRequests } from "@ghrunners/core/github/requests-left";
import { thresholds } from "@ghrunners/monitoring/thresholds";
import { pauseSeen } from "../../gate/pause";
import { neededFiles } from "../../setup/workflow-files";
import { choiceProblems, choiceStatus } from "../../status/choice";
import { protectionProblems } from "../../status/environment";
import { type DoctorCheck, ok, problem, fromMessage, unknown, type DoctorVerdict, warning } from "../check";
import { judgeExpiry } from "../expiry";
import type { AskedGitHub, Fact, DoctorFacts, GitHubFacts } from "../facts";
import { reachedChecks } from "./services";

const RENEW_TOKEN = "pulumi config set --secret ghrunners:githubToken";
const REFRESH = "pulumi up --refresh";
const AGAIN = "ghrunners doctor once more";

/** An error of a request: refused for good, or not known. */
const refused = (status: number | undefined): "problem" | "unknown" =>
  status === 401 || status === 403 || status === 404 ? "problem" : "unknown";

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
  if (seen === undefined) return unknown("not asked", AGAIN);
  if ("error" in seen) return fromMessage(refused(seen.status), seen.error, AGAIN);
  const found = judgeRunnerGroup({ repository, runnerGroup }, seen.value, true);
  if (found.length > 0) return found.map(({ reason }) => fromMessage("problem", reason, "pulumi preview"));
  const group = "value" in seen.value.group ? seen.value.group.value : undefined;
  if (group === undefined) return problem(`there is no group ${runnerGroup}`, REFRESH);
  const others = openTo(group, repository);
  if (others.length > 0) return problem(`${runnerGroup} is open to ${others.join(", ")}`, REFRESH);
  return ok(`${runnerGroup} is the repository's alone`);
}

function judgeEnvironment(
  name: string,
  wanted: NonNullable<Settings["deployment"]>,
  seen: Fact<unknown>,
): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in seen) return fromMessage(refused(seen.status), seen.error, AGAIN);
  const there = seen.value as Parameters<typeof protectionProblems>[2];
  const problems = protectionProblems(name, protectionOf(wanted), there);
  if (there === null) return problem(problems.join(), "pulumi up --refresh");
  return problems.length === 0
    ? ok(`${name} is protected as configured`)
    : problems.map((each) => problem(each, "ghrunners restore-protection"));
}

function judgeChoice(choice: Fact<string | null>, at: Date): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in choice) return fromMessage(refused(choice.status), choice.error, AGAIN);
  const status = choiceStatus(choice.value, true, at, []);
  const problems = choiceProblems(status);
  if (problems.length > 0) return problems.map((each) => fromMessage("problem", each, "ghrunners gate"));
  const seen = `${status.runner} (${status.role}), until ${status.expiresAt}`;
  return status.role === "primary" ? ok(seen) : warning(`${seen}: ${status.reason}`, "ghrunners gate");
}

function judgePause(pauses: Fact<string | null>, environment: string, at: Date): DoctorVerdict {
  if ("error" in pauses)
    return pauses.status === 403 ? ok("not shown to this token") : fromMessage("unknown", pauses.error, AGAIN);
  const { pause, problems } = pauseSeen(pauses.value ?? undefined, environment, at);
  const resume = "ghrunners resume";
  if (pause !== null) return warning(`paused until ${pause.until}: ${pause.note} (${pause.by})`, resume);
  return problems.length === 0 ? ok("not paused") : fromMessage("problem", problems.join(" "), resume);
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
  const nothing = (): DoctorVerdict => unknown("not asked", AGAIN);
  const ask =
    (judge: (seen: AskedGitHub) => DoctorVerdict | readonly DoctorVerdict[]) =>
    (): DoctorVerdict | readonly DoctorVerdict[] => (asked === undefined ? nothing() : judge(asked));
  const preflight = (seen: AskedGitHub, setting: string): DoctorVerdict[] =>
    judgeGitHub(
      inputs,
      seen.seen,
      inputs.runners.map(({ name }) => name),
    )
      .filter((found) => found.setting === setting)
      .map(({ reason }) => fromMessage("problem", reason, "pulumi preview"));
  const { deployment } = settings;
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
      id: "github-workflows",
      stage,
      expected: "the files below .github on the default branch as in this checkout",
      needs,
      judge: ask((seen) => judgeFiles(seen, checkout)),
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
    ...(deployment === undefined
      ? []
      : [
          {
            id: "github-environment",
            stage,
            expected: "the environment with its configured protection",
            needs: [...needs, "deployed"],
            judge: ask(({ environment }) =>
              environment === undefined
                ? nothing()
                : judgeEnvironment(deployment.name ?? settings.environment, deployment, environment),
            ),
          } as const,
        ]),
    {
      id: "github-pause",
      stage,
      expected: "deployments not paused",
      needs,
      judge: ask(({ pauses }) => judgePause(pauses, settings.environment, at)),
    },
    ...(asked !== undefined && asked.choice === undefined
      ? []
      : [
          {
            id: "github-choice",
            stage,
            expected: "a valid choice in DEPLOY_RUNNER, of the primary",
            needs: [...needs, "deployed"],
            judge: ask(({ choice }) => (choice === undefined ? nothing() : judgeChoice(choice, at))),
          } as const,
        ]),
  ];
}
