import { registerElsewhere } from "./foreign-runner";
import { primary, secondary, type Rehearsal } from "./rehearsal";

/** An alert: its name, and the labels that distinguish it from others of that name. */
export interface ExpectedAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A fault, and the alerts that must reach on-call. */
export interface FaultCase {
  readonly title: string;
  readonly begin: (rehearsal: Rehearsal) => Promise<unknown>;
  readonly end: (rehearsal: Rehearsal) => Promise<unknown>;
  readonly alert: ExpectedAlert;
  /** Other alerts that report the same fault from another point of view. */
  readonly companions?: readonly string[];
}

const alert = (name: string, severity: string, role: string, more: Record<string, string> = {}): ExpectedAlert => ({
  name,
  labels: { severity, role, ...more },
});

/** A fault by the words of `npm run lab -- fault WORDS`. */
function fault(
  title: string,
  [name = "", ...words]: readonly string[],
  expected: ExpectedAlert,
  companions: readonly string[] = [],
): FaultCase {
  return {
    title,
    begin: (rehearsal) => rehearsal.setFault(name, ...words),
    end: (rehearsal) => rehearsal.clearFault(name, ...words),
    alert: expected,
    companions,
  };
}

const exporterOf =
  (runner: { readonly vmId: number }, verb: string) =>
  (rehearsal: Rehearsal): Promise<string> =>
    rehearsal.inMachine(runner.vmId, "systemctl", verb, "ghrunners-runner-exporter");

/** The exporter compares clocks once a minute, and when it starts. */
function clockSkew(): FaultCase {
  const skew = fault(
    "a clock that is wrong",
    ["clock-skew", "offsetSeconds=600"],
    alert("ClockSkew", "warning", "primary"),
  );
  return {
    ...skew,
    begin: (rehearsal) => skew.begin(rehearsal).then(() => exporterOf(primary, "restart")(rehearsal)),
    end: (rehearsal) => skew.end(rehearsal).then(() => exporterOf(primary, "restart")(rehearsal)),
  };
}

const unknownRunner = "not-in-configuration";

async function removeUnknownRunner(rehearsal: Rehearsal): Promise<void> {
  const found = await rehearsal.runner(unknownRunner);
  if (found === undefined) return;
  await rehearsal.octokit.rest.actions.deleteSelfHostedRunnerFromRepo({ ...rehearsal.repository, runner_id: found.id });
}

/** The label that the secondary loses and gets back. */
const lost = "secondary";

async function placeOfSecondary(rehearsal: Rehearsal) {
  const found = await rehearsal.runner(secondary.name);
  if (found === undefined) throw new Error(`GitHub does not know ${secondary.name}.`);
  return { ...rehearsal.repository, runner_id: found.id };
}

async function loseLabel(rehearsal: Rehearsal): Promise<void> {
  const where = await placeOfSecondary(rehearsal);
  await rehearsal.octokit.rest.actions.removeCustomLabelFromSelfHostedRunnerForRepo({ ...where, name: lost });
}

async function restoreLabel(rehearsal: Rehearsal): Promise<void> {
  const where = await placeOfSecondary(rehearsal);
  await rehearsal.octokit.rest.actions.addCustomLabelsToSelfHostedRunnerForRepo({ ...where, labels: [lost] });
}

const disagreement = alert("StatusDisagreement", "warning", "primary", { reason: "host_up_github_offline" });

/** Faults of one round do not influence one another, so they are set at the same time. */
export const rounds: readonly (readonly FaultCase[])[] = [
  [
    fault("a hung listener", ["hang-listener", "primary"], disagreement),
    fault("ghost-busy", ["ghost-busy", "secondary"], alert("GhostBusy", "warning", "secondary")),
    fault(
      "a full disk",
      ["fill-disk", "secondary"],
      alert("RunnerDegraded", "warning", "secondary", { reason: "disk" }),
    ),
    fault(
      "a version near its deadline",
      ["version-deadline", "version=2.336.0", "days=2"],
      alert("RunnerVersionDeadline", "critical", "primary"),
    ),
    {
      title: "an unknown runner",
      begin: (rehearsal) => registerElsewhere(rehearsal, unknownRunner, ["lab"]),
      end: removeUnknownRunner,
      alert: alert("UnknownRunnerRegistered", "warning", "all"),
    },
    clockSkew(),
  ],
  [
    fault("a frozen machine", ["freeze", "primary"], alert("RunnerHostDown", "critical", "primary")),
    {
      title: "an exporter that is down",
      begin: exporterOf(secondary, "stop"),
      end: exporterOf(secondary, "start"),
      alert: alert("ExporterDown", "warning", "secondary", { job: "ghrunners-runner" }),
    },
    {
      title: "labels that drifted",
      begin: loseLabel,
      end: restoreLabel,
      alert: alert("RunnerLabelDrift", "warning", "secondary"),
    },
  ],
  [
    fault("a cut link", ["cut-link", "secondary"], alert("RunnerHostDown", "warning", "secondary")),
    fault("API offline but working", ["api-offline", "primary"], disagreement),
  ],
  // The machine is back before its runner: for a moment only the runner's alert fires.
  [fault("a power cut", ["stop", "primary"], alert("RunnerHostDown", "critical", "primary"), ["RunnerOffline"])],
  [
    {
      title: "both runners off",
      begin: (rehearsal) =>
        Promise.all([rehearsal.setFault("stop", "primary"), rehearsal.setFault("stop", "secondary")]),
      end: (rehearsal) =>
        Promise.all([rehearsal.clearFault("stop", "primary"), rehearsal.clearFault("stop", "secondary")]),
      alert: alert("BothRunnersOffline", "critical", "all"),
      companions: ["RunnerOffline"],
    },
  ],
  [
    // Runners without GitHub are off, and the exporter cannot know what GitHub would show.
    fault("GitHub down", ["github-down"], alert("FleetExporterStale", "warning", "all", { reason: "old" }), [
      "BothRunnersOffline",
      "RunnerOffline",
    ]),
  ],
];
