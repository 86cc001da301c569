/** Fixed uids of the dashboards: links in alerts and runbooks outlive a new version of a dashboard. */
export const dashboardUids = {
  runnerHealth: "github-runner-health",
  deploymentPipeline: "deployment-pipeline",
  overview: "sre-overview",
} as const;

export type DashboardUid = (typeof dashboardUids)[keyof typeof dashboardUids];
