/**
 * The three planes side by side: what the stack made, what GitHub shows, what the hosts show. Pure.
 */
import { deliverySecrets } from "@ghrunners/core/vocabulary/delivery";
import { compareHosts } from "./compare-hosts";
import { compareMonitoring } from "./compare-monitoring";
import type { Expectation } from "./expectation";
import type { Observation } from "./observation";
import { repairsFor, type Repairs } from "./repair";
import { driftVersion, type DriftReport, type Finding, type Severity } from "./report";

/** Makes the findings about one subject; a value that is as expected makes none. */
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

function environment({ environment: expected }: Expectation, seen: Observation, repairs: Repairs): Finding[] {
  if (expected === undefined || seen.environment === undefined) return [];
  const subject = `environment ${expected.name}`;
  const { found, compare } = differences(subject);
  const there = seen.environment;
  if (there === null) {
    compare("environment-missing", "an environment", "none", "critical", repairs.refresh);
    return found;
  }
  const name = (id: number): string => there.reviewers.find((reviewer) => reviewer.id === id)?.login ?? `account ${id}`;
  const reviewers = list(expected.reviewers.map(name));
  compare(
    "environment-reviewers",
    reviewers,
    list(there.reviewers.map(({ login }) => login)),
    "critical",
    repairs.protection,
  );
  // Without reviewers GitHub keeps no such setting.
  if (expected.reviewers.length > 0 && there.reviewers.length > 0) {
    compare(
      "environment-self-review",
      `blocked ${onOff(expected.preventSelfReview)}`,
      `blocked ${onOff(there.preventSelfReview)}`,
      "critical",
      repairs.protection,
    );
  }
  compare(
    "environment-bypass",
    `administrators may bypass: ${onOff(expected.adminsCanBypass)}`,
    `administrators may bypass: ${onOff(there.adminsCanBypass)}`,
    "critical",
    repairs.protection,
  );
  compare(
    "environment-wait",
    `${expected.waitMinutes} min`,
    `${there.waitMinutes} min`,
    there.waitMinutes < expected.waitMinutes ? "critical" : "warning",
    repairs.protection,
  );
  if (!there.customPolicies) {
    const seenRefs = "every ref, or every protected branch";
    compare("environment-refs", "listed branches and tags", seenRefs, "critical", repairs.refresh);
    return found;
  }
  const refs = expected.policies.map(({ type, pattern }) => `${type} ${pattern}`);
  const seenRefs = there.policies.map(({ type, pattern }) => `${type} ${pattern}`);
  for (const ref of refs) {
    if (!seenRefs.includes(ref)) compare("environment-ref-missing", ref, "not allowed", "warning", repairs.refresh);
  }
  for (const { id, type, pattern } of there.policies) {
    const ref = `${type} ${pattern}`;
    if (!refs.includes(ref)) {
      compare("environment-ref-unknown", list(refs), `${ref} may deploy too`, "critical", repairs.removePolicy(id));
    }
  }
  return found;
}

function secrets(expected: Expectation, seen: Observation, repairs: Repairs): Finding[] {
  const scopes = [
    ...(expected.environment === undefined ? [] : ["environment" as const]),
    ...(expected.repository === undefined ? [] : ["repository" as const]),
  ];
  return scopes.flatMap((scope) => {
    const wanted = expected.secrets.filter((secret) => secret.scope === scope);
    const there = seen.secrets.filter((secret) => secret.scope === scope);
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
    const byHand = scope === "repository" ? deliverySecrets : [];
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

function variables(expected: Expectation, seen: Observation, repairs: Repairs): Finding[] {
  return expected.variables.flatMap(({ scope, name, value }) => {
    const { found, compare } = differences(`variable ${name}`);
    const there = seen.variables.find((variable) => variable.scope === scope && variable.name === name);
    compare("variable-changed", value, there?.value ?? "no such variable", "warning", repairs.refresh);
    return found;
  });
}

function repository({ repository: expected, ...rest }: Expectation, seen: Observation, repairs: Repairs): Finding[] {
  const { found, compare } = differences(`repository ${rest.repositoryName}`);
  if (seen.public && !rest.publicAllowed)
    compare("repository-public", "private", "public", "critical", repairs.private);
  const there = seen.repository;
  if (expected === undefined || there === undefined) return found;
  const check = (id: string, wanted: string, now: string): void =>
    compare(id, wanted, now, "critical", repairs.refresh);
  check("fork-approval", expected.forkApproval, there.forkApproval);
  check("default-token", expected.defaultToken, there.defaultToken);
  check("token-approves", onOff(expected.mayApprove), onOff(there.mayApprove));
  check("allowed-actions", expected.allowedActions, there.allowedActions);
  check("sha-pinning", onOff(expected.shaPinning), onOff(there.shaPinning));
  const ruleset = there.rulesets.find(({ name }) => name === expected.ruleset.name);
  check("ruleset", expected.ruleset.enforcement, ruleset?.enforcement ?? "no such ruleset");
  return found;
}

const lower = (labels: readonly string[]): string => list(labels.map((label) => label.toLowerCase()));

function runners(expected: Expectation, seen: Observation, repairs: Repairs): Finding[] {
  const own = expected.runners.flatMap(({ name, id, labels }) => {
    const { found, compare } = differences(`runner ${name}`);
    const there = seen.runners.find((runner) => runner.id === id);
    if (there === undefined)
      compare("runner-missing", `registered as ${id}`, "not registered", "critical", repairs.refresh);
    else compare("runner-labels", lower(labels), lower(there.labels), "critical", repairs.refresh);
    return found;
  });
  const unknown = seen.runners
    .filter(({ id, labels }) => {
      const takesOurJobs = labels.some((label) => label.toLowerCase() === expected.label.toLowerCase());
      return takesOurJobs && !expected.runners.some((runner) => runner.id === id);
    })
    .flatMap(({ id, name }) => {
      const { found, compare } = differences(`runner ${name}`);
      const seenAs = `registered as ${id}, takes jobs for the label ${expected.label}`;
      compare("runner-unknown", "no such runner", seenAs, "critical", repairs.removeRunner(id));
      return found;
    });
  return [...own, ...unknown];
}

/** @param at when the planes were read */
export function compare(expected: Expectation, seen: Observation, at: Date): DriftReport {
  const name = expected.environment?.name ?? expected.label;
  const repairs = repairsFor(expected.stack, expected.repositoryName, name);
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
    errors: seen.errors,
    clean: findings.length === 0 && seen.errors.length === 0,
  };
}
