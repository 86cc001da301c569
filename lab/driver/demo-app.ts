import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { buildDemoApp } from "../demo-app/build";

/** `ghrunners deploy` of the demo application from this machine, past GitHub. */
export const deployDirectly = (version: string, ...more: string[]): string[] => [
  ...["ghrunners", "deploy", "--direct", "--version", version],
  ...["--plan", path.join(projectRoot, "lab/demo-app/deployment.yaml"), "--artefacts", buildDemoApp()],
  ...more,
];
