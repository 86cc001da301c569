import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import type { StatusExpectation, StatusObservation } from "@ghrunners/cli/status/report";
import { publishedSchema } from "../../../support/published-schema";

export const protection = {
  reviewers: ["octocat"],
  waitMinutes: 0,
  preventSelfReview: true,
  adminsCanBypass: false,
  branches: ["main"],
  tags: ["v*"],
};
export const labels = ["self-hosted", "linux", "x64", "production", "primary"];
export const expected: StatusExpectation = {
  stack: "production",
  environment: "production",
  githubUrl: "https://github.com",
  repository: "octo-org/demo-app",
  hosts: "manage",
  switchLacks: undefined,
  monitored: false,
  runners: [{ name: "runner-1", role: "primary", vmId: 151, address: "198.51.100.51", labels }],
  knownRunners: [],
  deployment: { name: "production", ...protection },
};
export const good = {
  vms: [{ vmid: 151, name: "runner-1", status: "running" }],
  runners: [
    {
      id: 7,
      name: "runner-1",
      online: true,
      busy: false,
      version: "2.336.0",
      labels: ["Self-Hosted", ...labels.slice(1)],
    },
  ],
  deployment: { ...protection, reviewers: ["Octocat"] },
  lastJob: null,
  errors: [],
} satisfies StatusObservation;
export const at = new Date("2026-11-22T10:00:00Z");

/** Whether a report is what docs/reference/schemas/status.json says; its `errors` say what is not. */
export const validate = addFormats(new Ajv({ strict: false })).compile(publishedSchema("status"));
