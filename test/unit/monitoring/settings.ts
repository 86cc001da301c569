import type { MonitoringSettings } from "@ghrunners/monitoring";

/** An environment with every kind of thing that rules are about. */
export const settings: MonitoringSettings = {
  environment: "production",
  runners: [
    { name: "alpha", role: "primary", address: "198.51.100.51" },
    { name: "beta", role: "secondary", address: "198.51.100.52" },
    { name: "gamma", role: "delivery", address: "198.51.100.59" },
  ],
  targets: [{ name: "app", address: "198.51.100.60" }],
  failover: true,
  runbookBaseUrl: "https://github.com/acme/shop/blob/main/docs/runbooks",
  dashboardBaseUrl: "http://198.51.100.200:3000",
};
