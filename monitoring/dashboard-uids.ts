/** Fixed uids of the dashboards: links in alerts and runbooks stay valid when a dashboard changes. */
export const dashboardUids = {
  runnerHealth: "github-runner-health",
  deploymentPipeline: "deployment-pipeline",
  overview: "sre-overview",
} as const;

export type DashboardUid = (typeof dashboardUids)[keyof typeof dashboardUids];
