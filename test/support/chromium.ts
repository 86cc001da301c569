/** Debian's Chromium, for tests that look at a page. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { projectRoot } from "@ghrunners/core/project-root";
import { reasonForApiOnly } from "@ghrunners/lab/mode";
import { ensurePackages, isOnPath } from "@ghrunners/lab/packages";

/**
 * Makes sure that there is a Chromium: a machine on which packages may be installed gets Debian's; elsewhere the tests
 * that need it are skipped.
 */
export async function needsChromium(test: { skip(): void }): Promise<void> {
  if (isOnPath("chromium")) return;
  if (reasonForApiOnly() !== undefined) test.skip();
  await ensurePackages(() => undefined, [{ program: "chromium", package: "chromium" }]);
}

/** @param program another way to start it, such as inside a network namespace */
export function startChromium(program = "/usr/bin/chromium"): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/**
 * What axe-core finds wrong; it fetches no style sheets. Its script is run by the debugger, which the page's policy
 * does not concern.
 */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(path.join(projectRoot, "node_modules/axe-core/axe.min.js"), "utf8"));
  const { violations: found } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, { preload: false, resultTypes: ["violations"] })`,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
