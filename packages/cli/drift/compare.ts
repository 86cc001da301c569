/**
 * Compares the three views: what the stack made, what GitHub shows, what the hosts show. Pure.
 */
import { type EnvironmentSeen, type Protection, protectionDifferences } from "@ghrunners/core/github/protection";
import { labelOfStack, strangers } from "@ghrunners/core/github/known-runner";
import { normal } from "@ghrunners/core/github/runner";
import { deliverySecrets, stackSecrets } from "@ghrunners/core/vocabulary/delivery";
import { compareHosts } from "./compare-hosts";
import { compareMonitoring } from "./compare-monitoring";
import type { DriftExpectation } from "./expectation";
import type { DriftObservation } from "./observation";
import { repairsFor, type Repairs } from "./repair";
import { driftVersion, type DriftReport, type Finding, type Severity } from "./report";

/** Makes the findings about one subject; a value that is as expected gives none. */
function differences(subject: string): {
  readonly found: Finding[];
  readonly compare: (id: string, expected: string, seen: string, severity: Severity, repair: string) => void;
} {
  const found: Finding[] = [];
  return {
    found,
    compare: (id, expected, seen, severity, repair) => {
      if (expected !== seen) found.push({ id, plane: "github", subject, expected, seen, severity, repair });
    },
  };
}

const list = (items: readonly string[]): string => (items.length === 0 ? "none" : [...items].sort().join(", "));
const onOff = (value: boolean): string => (value ? "on" : "off");

function environment({ environment: expected }: DriftExpectation, seen: DriftObservation, repairs: Repairs): Finding[] {
  if (expected === undefined || seen.environment === undefined) return [];
  const subject = `environment ${expected.name}`;
  const { found, compare } = differences(subject);
  const there = seen.environment;
  if (there === null) {
    compare("environment-missing", "an environment", "none", "critical", repairs.refresh);
    return found;
  }
  const logins = new Map(Object.entries(there.reviewerIds).map(([login, id]) => [id, login]));
  const reviewers = expected.reviewerIds.map((id) => logins.get(id) ?? `account ${id}`);
  const wanted = { ...expected, reviewers };
  const different = protectionDifferences(wanted, there);
  const check = (setting: keyof Protection, id: string, words: (side: Protection) => string, less = true): void => {
    if (!different.includes(setting)) return;
    compare(id, words(wanted), words(there), less ? "critical" : "warning", repairs.protection);
  };
  check("reviewers", "environment-reviewers", (side) => list(side.reviewers));
  check("preventSelfReview", "environment-self-review", (side) => `blocked ${onOff(side.preventSelfReview)}`);
  const bypass = ({ adminsCanBypass }: Protection): string => `administrators may bypass: ${onOff(adminsCanBypass)}`;
  check("adminsCanBypass", "environment-bypass", bypass);
  const isShorter = there.waitMinutes < expected.waitMinutes;
  check("waitMinutes", "environment-wait", (side) => `${side.waitMinutes} min`, isShorter);
  return [...found, ...refs(subject, wanted, there, repairs)];
}

/** Each branch and tag that may deploy but should not, or should but may not. */
function refs(subject: string, wanted: Protection, there: EnvironmentSeen, repairs: Repairs): Finding[] {
  const { found, compare } = differences(subject);
  if (!there.customPolicies) {
    const seen = "every ref, or every protected branch";
    compare("environment-refs", "listed branches and tags", seen, "critical", repairs.refresh);
    return found;
  }
  const known = [...wanted.branches.map((name) => `branch ${name}`), ...wanted.tags.map((name) => `tag ${name}`)];
  const seen = there.policies.map(({ id, type, name }) => ({ id, ref: `${type} ${name}` }));
  for (const ref of known) {
    if (!seen.some((policy) => policy.ref === ref))
      compare("environment-ref-missing", ref, "not allowed", "warning", repairs.refresh);
  }
  for (const { id, ref } of seen) {
    if (!known.includes(ref))
      compare("environment-ref-unknown", list(known), `${ref} may deploy too`, "critical", repairs.removePolicy(id));
  }
  return found;
}

function secrets(expected: DriftExpectation, seen: DriftObservation, repairs: Repairs): Finding[] {
  const scopes = [
    ...(expected.environment === undefined ? [] : ["environment" as const]),
    ...(expected.repository === undefined ? [] : ["repository" as const]),
  ];
  const all = seen.secrets;
  if (all === undefined) return [];
  return scopes.flatMap((scope) => {
    const wanted = expected.secrets.filter((secret) => secret.scope === scope);
    const there = all.filter((secret) => secret.scope === scope);
    const known = wanted.flatMap(({ name, updatedAt, urn }) => {
      const { found, compare } = differences(`secret ${name}`);
      const match = there.find((secret) => secret.name === name);
      if (match === undefined) compare("secret-missing", "a secret", "none", "critical", repairs.refresh);
      else {
        const [ours, theirs] = [`written ${updatedAt}`, `written ${match.updatedAt}`];
        compare("secret-overwritten", ours, theirs, "critical", repairs.replace(urn));
      }
      return found;
    });
    const byHand = scope === "repository" ? deliverySecrets : stackSecrets;
    const unknown = there
      .filter(({ name }) => !wanted.some((secret) => secret.name === name) && !byHand.includes(name))
      .flatMap(({ name }) => {
        const { found, compare } = differences(`secret ${name}`);
        compare(
          "secret-unknown",
          "no such secret",
          `one in the ${scope}`,
          "warning",
          repairs.removeSecret(scope, name),
        );
        return found;
      });
    return [...known, ...unknown];
  });
}

function variables(expected: DriftExpectation, seen: DriftObservation, repairs: Repairs): Finding[] {
  const all = seen.variables;
  if (all === undefined) return [];
  return expected.variables.flatMap(({ scope, name, value }) => {
    const { found, compare } = differences(`variable ${name}`);
    const there = all.find((variable) => variable.scope === scope && variable.name === name);
    compare("variable-changed", value, there?.value ?? "no such variable", "warning", repairs.refresh);
    return found;
  });
}

function repository(
  { repository: expected, ...rest }: DriftExpectation,
  seen: DriftObservation,
  repairs: Repairs,
): Finding[] {
  const { found, compare } = differences(`repository ${rest.repositoryName}`);
  if (seen.public && !rest.publicAllowed)
    compare("repository-public", "private", "public", "critical", repairs.private);
  // The REST API follows a rename, but the hook of each runner refuses jobs whose repository has another name.
  const named = seen.repositoryName ?? rest.repositoryName;
  compare("repository-renamed", rest.repositoryName, named, "warning", repairs.rename(named));
  const there = seen.repository;
  if (expected === undefined || there === undefined) return found;
  const check = (id: string, wanted: string, now: string): void =>
    compare(id, wanted, now, "critical", repairs.refresh);
  if (there.forkApproval !== undefined) check("fork-approval", expected.forkApproval, there.forkApproval);
  check("default-token", expected.defaultToken, there.defaultToken);
  check("token-approves", onOff(expected.mayApprove), onOff(there.mayApprove));
  check("allowed-actions", expected.allowedActions, there.allowedActions);
  check("sha-pinning", onOff(expected.shaPinning), onOff(there.shaPinning));
  const ruleset = there.rulesets.find(({ name }) => name === expected.ruleset.name);
  check("ruleset", expected.ruleset.enforcement, ruleset?.enforcement ?? "no such ruleset");
  return found;
}

const words = (labels: readonly string[]): string => list(normal(labels));

function runners(expected: DriftExpectation, seen: DriftObservation, repairs: Repairs): Finding[] {
  const all = seen.runners;
  if (all === undefined) return [];
  const own = expected.runners.flatMap(({ name, id, labels }) => {
    const { found, compare } = differences(`runner ${name}`);
    const there = all.find((runner) => runner.id === id);
    if (there === undefined)
      compare("runner-missing", `registered as ${id}`, "not registered", "critical", repairs.refresh);
    else compare("runner-labels", words(labels), words(there.labels), "critical", repairs.refresh);
    return found;
  });
  const unknown = strangers(all, expected.label, expected.knownRunners, expected.deliveries)
    .filter(({ id }) => !expected.runners.some((runner) => runner.id === id))
    .flatMap((runner) => {
      const { id, name, labels } = runner;
      const { found, compare } = differences(`runner ${name}`);
      const seenAs = `registered as ${id}, takes jobs for the label ${labelOfStack(labels, expected.label)}`;
      compare("runner-unknown", "no such runner", seenAs, "critical", repairs.removeRunner(runner));
      return found;
    });
  return [...own, ...unknown];
}

/** @param at when GitHub and the hosts were read */
export function compare(expected: DriftExpectation, seen: DriftObservation, at: Date): DriftReport {
  const name = expected.environment?.name ?? expected.label;
  const repairs = repairsFor(expected.stack, { url: expected.githubUrl, fullName: expected.repositoryName }, name);
  const order: Record<Severity, number> = { critical: 0, warning: 1 };
  const findings = [
    ...repository(expected, seen, repairs),
    ...environment(expected, seen, repairs),
    ...secrets(expected, seen, repairs),
    ...variables(expected, seen, repairs),
    ...runners(expected, seen, repairs),
    ...compareHosts(expected, seen.hosts, repairs),
    ...compareMonitoring(expected, seen.monitoring, repairs),
  ].sort((a, b) => order[a.severity] - order[b.severity]);
  return {
    version: driftVersion,
    at: at.toISOString(),
    stack: expected.stack,
    environment: name,
    repository: expected.repositoryName,
    findings,
    unknown: seen.unknown,
    errors: seen.errors,
    clean: findings.length === 0 && seen.errors.length === 0,
  };
}
