/** Files that the demo application's team would have pushed to the lab's repository: release, plan, deployer. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildDemoApp } from "./build";
import type { Instance } from "../instance";
import { repositoryFolder } from "../lifecycle";
import { projectRoot } from "@ghrunners/core/project-root";
import { bundleDeployer } from "@ghrunners/deploy/deployer/bundle";

const demo = path.join(projectRoot, "lab/demo-app");

/** Replaces what was pushed before; the same files stay as they are. */
export async function pushDemoApp(instance: Instance): Promise<void> {
  const folder = repositoryFolder(instance);
  const mark = path.join(folder, "release/BUILT-FROM");
  const artefacts = buildDemoApp();
  const { text, sha256 } = await bundleDeployer();
  const built = `${path.basename(artefacts)} ${sha256} ${read(path.join(demo, "deployment.yaml"))}`;
  if (existsSync(mark) && read(mark) === built) return;
  const fresh = `${folder}.new`;
  for (const each of [fresh, folder]) rmSync(each, { recursive: true, force: true });
  mkdirSync(path.join(fresh, ".github/scripts"), { recursive: true, mode: 0o700 });
  cpSync(path.join(demo, "repository"), fresh, { recursive: true });
  cpSync(artefacts, path.join(fresh, "release"), { recursive: true });
  copyFileSync(path.join(demo, "deployment.yaml"), path.join(fresh, "deployment.yaml"));
  writeFileSync(path.join(fresh, ".github/scripts/deployer.cjs"), text);
  writeFileSync(path.join(fresh, "release/BUILT-FROM"), built);
  renameSync(fresh, folder);
}

const read = (file: string): string => readFileSync(file, "utf8");
