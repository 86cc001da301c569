/** The monitoring host: SSH, Prometheus and Alertmanager, exporters, rules, alerts, the failover switch. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import { runbookCommand } from "../../alerts/render";
import type { MonitoringView } from "../../monitoring/collect";
import { unseenTargets } from "../../status/monitoring";
import { type DoctorCheck, ok, problem, fromMessage, unknown, type DoctorVerdict, warning } from "../check";
import type { DoctorFacts, MonitoringFacts, ServiceCertificate } from "../facts";
import { hostChecks } from "./hosts";
import { judgeCertificate } from "./services";

type View = MonitoringView;

function judgeExporters(view: View): DoctorVerdict | readonly DoctorVerdict[] {
  const unseen = unseenTargets(view);
  if (view.targets.length === 0)
    return problem("Prometheus has no target of this stack", "ghrunners restore-monitoring");
  if (unseen.length === 0) return ok(`${view.targets.length} of ${view.targets.length} are read`);
  return unseen.map(({ job, subject, instance, health, error }) => {
    const name = `${job}${subject === null ? "" : ` of ${subject}`} (${instance})`;
    return health === "unknown"
      ? warning(`${name} was not read yet`, "ghrunners doctor in a minute")
      : problem(`${name} is down: ${error}`, "pulumi up --refresh");
  });
}

function judgeRules({ rules }: View): DoctorVerdict | readonly DoctorVerdict[] {
  if (rules.rules === 0) return problem("none of this stack's rules", "ghrunners restore-monitoring");
  if (rules.broken.length === 0) return ok(`${rules.rules} rules in ${rules.groups} groups`);
  return rules.broken.map(({ name, error }) =>
    problem(`rule ${name} cannot be evaluated: ${error}`, "ghrunners restore-monitoring"),
  );
}

function judgeAlerts({ alerts }: View): DoctorVerdict | readonly DoctorVerdict[] {
  const firing = alerts.filter(({ state }) => state === "firing");
  if (firing.length === 0) {
    const pending = alerts.filter(({ state }) => state === "pending").length;
    return ok(`none fires${pending === 0 ? "" : `, ${pending} pending`}`);
  }
  return firing.map(({ name, severity, runner, role, summary }) => {
    const seen = `${name} (${runner ?? role ?? "all"}) fires: ${summary}`;
    const next = runbookCommand({ name, runner });
    // A warning does not make the status unhealthy either.
    return severity === "critical" ? problem(seen, next) : warning(seen, next);
  });
}

function judgeGate(gate: NonNullable<MonitoringFacts["gate"]>): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in gate) return fromMessage("unknown", gate.error, "ghrunners gate");
  const { problems, next, unit, decision } = gate.value;
  if (problems.length > 0) return problems.map((each) => problem(each, next ?? "ghrunners gate"));
  return ok(`${unit}: ${decision?.explanation ?? "no decision"}`);
}

/** A warning: no dashboard decides anything, and Grafana's owner may be another one. */
function judgeGrafana(grafana: NonNullable<MonitoringFacts["grafana"]>): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in grafana) return fromMessage("unknown", grafana.error, "ghrunners setup monitoring");
  const { answers, lacks } = grafana.value;
  if (lacks.length > 0) return lacks.map(({ what }) => warning(what, "ghrunners setup monitoring"));
  return ok(answers ? "it answers, and a provider reads them" : "none answers here; ghrunners console draws them");
}

/** At most a warning for Grafana: nothing of the stack reads it. */
function judgeServed({ service, url, certificate }: ServiceCertificate, at: Date): DoctorVerdict {
  const verdict = judgeCertificate(certificate, at, `renew it where ${service} is served`, ` of ${url}`);
  return service === "Grafana" && verdict.state === "problem" ? { ...verdict, state: "warning" } : verdict;
}

export function monitoringChecks(all: DoctorFacts, settings: Settings): DoctorCheck[] {
  const { monitoring } = settings;
  const facts = all.monitoring;
  if (monitoring === undefined || settings.hosts === "skip" || facts === undefined) return [];
  const stage = "monitoring";
  const { host, user } = monitoring;
  const of =
    (judge: (view: View) => DoctorVerdict | readonly DoctorVerdict[]) =>
    (): DoctorVerdict | readonly DoctorVerdict[] =>
      "error" in facts.view ? unknown(facts.view.error, "ghrunners alerts") : judge(facts.view.value);
  const needs = ["monitoring-services", "deployed"];
  const { certificates, gate, grafana } = facts;
  return [
    ...hostChecks(
      {
        kind: "monitoring",
        stage,
        address: { user, host },
        seen: facts.host,
        needs: ["configuration"],
        repair: `ssh -v ${user}@${host}`,
        unreachable: { state: "problem", expected: undefined, next: `ssh -v ${user}@${host}` },
      },
      all.hostsAt ?? all.at.getTime(),
    ),
    {
      id: "monitoring-services",
      stage,
      expected: "answers of Prometheus and Alertmanager",
      needs: ["configuration"],
      judge: () => {
        if ("error" in facts.view)
          return fromMessage(
            "problem",
            facts.view.error,
            `ssh ${user}@${host} systemctl status prometheus prometheus-alertmanager`,
          );
        return ok(`${facts.view.value.prometheus} and Alertmanager answer`);
      },
    },
    ...(certificates.length === 0
      ? []
      : [
          {
            id: "monitoring-certificates",
            stage,
            expected: "certificates of an authority that this machine trusts, valid for two weeks",
            needs: ["configuration"],
            judge: () => certificates.map((each) => judgeServed(each, all.at)),
          } as const,
        ]),
    {
      id: "monitoring-exporters",
      stage,
      expected: "every exporter of this stack read by Prometheus",
      needs,
      judge: of(judgeExporters),
    },
    { id: "monitoring-rules", stage, expected: "this stack's rules loaded", needs, judge: of(judgeRules) },
    {
      id: "monitoring-watchdog",
      stage,
      expected: "Watchdog, the alert that always fires",
      needs: [...needs, "monitoring-rules"],
      judge: of(({ watchdog }) =>
        watchdog
          ? ok("it fires, so alerts reach Alertmanager")
          : problem("it does not fire, so alerts may reach no one", "docs/runbooks/monitoring-blind.md"),
      ),
    },
    { id: "monitoring-alerts", stage, expected: "no alert fires", needs, judge: of(judgeAlerts) },
    ...(grafana === undefined
      ? []
      : [
          {
            id: "monitoring-grafana",
            stage,
            expected: "a Grafana that reads the folder of the dashboards",
            needs: ["monitoring-ssh"],
            judge: () => judgeGrafana(grafana),
          } as const,
        ]),
    ...(gate === undefined
      ? []
      : [
          {
            id: "monitoring-switch",
            stage,
            expected: "the failover switch decides and publishes",
            needs: ["monitoring-sudo", "deployed"],
            judge: () => judgeGate(gate),
          } as const,
        ]),
  ];
}
