/** Everything that the doctor reads, before it is judged. Plain data. */
import type { GitHubObservation, ProxmoxObservation } from "@ghrunners/components/preflight/observation";
import type { RunnerGroupObservation } from "@ghrunners/components/preflight/judge-runner-group";
import type { DeploymentObservation } from "@ghrunners/components/preflight/judge-deployment";
import type { ParseResult } from "@ghrunners/config/parse";
import type { EnvironmentSeen } from "@ghrunners/core/github/protection";
import type { RequestsLeft } from "@ghrunners/core/github/requests-left";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import type { TokenSeen } from "@ghrunners/core/github/token";
import type { CertificateSeen } from "@ghrunners/core/https/certificate";
import type { DriftObservation, SeenHost } from "../drift/observation";
import type { StackState } from "../drift/state";
import type { FileSum } from "../drift/state-monitoring";
import type { GateView } from "../gate/view";
import type { TargetIncidents } from "../incidents/targets";
import type { MonitoringView } from "../monitoring/collect";
import type { MissingPart } from "../setup/missing-part";
import type { PulumiNeed } from "../pulumi/explain";
import type { WorkflowNeeds } from "./read-workflow";

/** A fact, or why it could not be read. */
export type Fact<T> =
  | { readonly value: T }
  | {
      readonly error: string;
      /** HTTP status, if the service answered; not for a limit of requests, which says nothing about what was asked. */
      readonly status?: number;
      /** The host took the login, and sudo refused. */
      readonly bySudo?: true;
      /** What the Pulumi CLI lacks, if that is the cause. */
      readonly lacks?: PulumiNeed;
    };

export interface OwnFacts {
  /** Node's version without `v`, and the oldest that package.json allows. */
  readonly node: { readonly seen: string; readonly needed: string };
  readonly pulumi: { readonly seen: Fact<string>; readonly needed: string };
  /** Name of the selected stack. */
  readonly stack: Fact<string>;
  readonly configuration: Fact<ParseResult>;
  /** What the stack made, and how many resources that are. */
  readonly state: Fact<{ readonly resources: number; readonly made: StackState }>;
}

export interface ProxmoxFacts {
  readonly certificate: Fact<CertificateSeen>;
  readonly seen: ProxmoxObservation;
  /** When the token ends, seconds since 1970, 0 if never; mostly an error, see ProxmoxClient. */
  readonly tokenExpires: Fact<number>;
}

export interface GitHubFacts {
  readonly certificate: Fact<CertificateSeen>;
  readonly left: RequestsLeft | undefined;
  /** Undefined where the rate limit is used up: nothing else was asked. */
  readonly asked: AskedGitHub | undefined;
}

/** The workflows of the default branch. */
export interface WorkflowsSeen {
  /** By path. */
  readonly needs: Readonly<Record<string, WorkflowNeeds>>;
  /** Paths of those that were too many to read. */
  readonly unread: readonly string[];
}

export interface AskedGitHub {
  readonly token: Fact<TokenSeen>;
  /** Milliseconds since 1970 on this machine when the answer with `token` came. */
  readonly tokenAt: number;
  /** What GitHub says of the stack's other tokens, by name; `unusable`: why one was not sent. */
  readonly otherTokens: Readonly<Record<string, Fact<TokenSeen> | { readonly unusable: string }>>;
  readonly seen: GitHubObservation;
  readonly deployment: Fact<DeploymentObservation>;
  /** Undefined: the runners belong to the repository. */
  readonly runnerGroup?: Fact<RunnerGroupObservation>;
  readonly runners: Fact<readonly GitHubRunner[]>;
  /** Git's object ids of the files below .github on the default branch, by path. */
  readonly files: Fact<Readonly<Record<string, string>>>;
  readonly workflows: Fact<WorkflowsSeen>;
  /** Texts of the repository's variables that name machines, of those that exist. */
  readonly machines: Fact<Readonly<Record<string, string>>>;
  /** Version of an Enterprise Server; undefined: it is GitHub's own. */
  readonly server: Fact<string | undefined>;
  /** Null: GitHub has none. Undefined: the stack has none. */
  readonly environment: Fact<EnvironmentSeen | null> | undefined;
  /** Text of DEPLOY_RUNNER; null if it does not exist. Undefined: the stack runs no failover switch. */
  readonly choice: Fact<string | null> | undefined;
  /** Texts of RUNNER_MAINTENANCE and DEPLOY_PAUSED; null if they do not exist. */
  readonly maintenance: Fact<string | null>;
  readonly pauses: Fact<string | null>;
  /** By runner version, when GitHub gives it no more jobs, milliseconds since 1970; undefined if none is announced. */
  readonly deadlines: Fact<Readonly<Record<string, number | undefined>>>;
  readonly repository: Fact<DriftObservation["repository"]>;
  readonly scoped: Fact<Pick<DriftObservation, "secrets" | "variables">>;
}

/** The certificate of a service that is named by https. */
export interface ServiceCertificate {
  readonly service: "Prometheus" | "Alertmanager" | "Grafana";
  readonly url: string;
  readonly certificate: CertificateSeen;
}

export interface MonitoringFacts {
  readonly host: Fact<SeenHost>;
  readonly view: Fact<MonitoringView>;
  /** Of the services that the stack names by https and that answer: for those that do not, there are other checks. */
  readonly certificates: readonly ServiceCertificate[];
  /** Undefined: the stack runs no failover switch. */
  readonly gate: Fact<GateView> | undefined;
  /** What keeps Grafana from reading the dashboards; absent: the stack installs none. */
  readonly grafana?: Fact<{ readonly answers: boolean; readonly lacks: readonly MissingPart[] }>;
  /** Undefined: the stack put no files there yet. */
  readonly files: Fact<readonly FileSum[]> | undefined;
}

export interface DoctorFacts {
  readonly at: Date;
  readonly own: OwnFacts;
  /** Object ids of this checkout's files below .github, by path. */
  readonly checkout: Readonly<Record<string, string>>;
  /** Absent, like all below, without a configuration. */
  readonly proxmox?: ProxmoxFacts;
  readonly github?: GitHubFacts;
  /** Hosts by name: runners that the stack made, and targets. */
  readonly hosts?: Readonly<Record<string, Fact<SeenHost>>>;
  /** This machine's clock when the hosts were looked at, milliseconds since 1970. */
  readonly hostsAt?: number;
  readonly monitoring?: MonitoringFacts;
  readonly targets?: readonly TargetIncidents[];
}
