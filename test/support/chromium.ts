/** Debian's Chromium, for tests that look at a page. */
import { chromium, type Browser } from "playwright-core";
import { reasonForApiOnly } from "@ghrunners/lab/lifecycle";
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
