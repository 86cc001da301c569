/** The repository side in three forms. */
import { topology } from "@ghrunners/lab/topology";
import type { StackSettings } from "@ghrunners/lab/driver/engine-run";

export const yaml = (value: unknown): string => JSON.stringify(value);

const secret = (name: string, scope: string, kind: string) => ({
  name,
  owner: "platform",
  purpose: "a value of this test",
  scope,
  source: { kind },
});
const secrets = [
  secret("API_TOKEN", "environment", "config"),
  secret("SESSION_KEY", "environment", "random"),
  secret("REPORT_TOKEN", "repository", "config"),
];

/** What is there first. */
export const first: StackSettings = {
  deployment: yaml({
    reviewers: [topology.github.reviewer.login],
    branches: ["main"],
    tags: ["v*"],
    variables: { DEPLOY_URL: "https://one.example/" },
  }),
  repository: yaml({
    manage: true,
    requiredChecks: ["test"],
    allowedActions: ["pulumi/actions@*"],
    oidcClaims: ["repo", "context"],
    variables: { REGION: "north" },
  }),
  secrets: yaml(secrets),
};
/** The same things, every one of them different. */
export const second: StackSettings = {
  deployment: yaml({
    reviewers: [topology.github.reviewer.login, topology.github.exporter.login],
    waitMinutes: 5,
    preventSelfReview: false,
    adminsCanBypass: true,
    branches: ["release/*"],
    tags: [],
    variables: { DEPLOY_URL: "https://two.example/", EXTRA: "yes" },
  }),
  repository: yaml({
    manage: true,
    requiredApprovals: 2,
    codeOwners: false,
    requiredChecks: ["test", "lint"],
    allowedActions: [],
    variables: { REGION: "south" },
  }),
  secrets: yaml(secrets),
  secretGenerations: yaml({ SESSION_KEY: 2 }),
};
/**
 * What Pulumi.production.yaml asks for: as much as a private repository has without GitHub Enterprise, for one person.
 */
export const modest: StackSettings = {
  deployment: yaml({ branches: ["main"], tags: ["v*"] }),
  repository: yaml({ manage: true, requiredApprovals: 0, codeOwners: false }),
  secrets: yaml(secrets),
};
export const nothing: StackSettings = { deployment: undefined, repository: undefined, secrets: undefined };
