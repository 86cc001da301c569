/** Artefacts that only scenarios need, beside those of the demo application. */
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A version that takes a while to send. It never arrives completely, so its content does not matter. */
export const LARGE = "4-large";
export const LARGE_BYTES = 128 * 2 ** 20;
/** A version with every page, every answer and the proxy broken, and the good one that it is made from. */
export const BROKEN = "4-broken";
export const BROKEN_FROM = "2";

function add(folder: string, version: string, content: Buffer): void {
  const name = `demo-app-${version}.tar.gz`;
  writeFileSync(path.join(folder, name), content);
  appendFileSync(path.join(folder, "SHA256SUMS"), `${createHash("sha256").update(content).digest("hex")}  ${name}\n`);
}

/**
 * Adds a version that the demo application does not have; does nothing for one that it has.
 * @param folder with the demo application's artefacts
 */
export function addArtefact(folder: string, version: string): void {
  if (version === LARGE) add(folder, LARGE, randomBytes(LARGE_BYTES));
  if (version === BROKEN) addBroken(folder);
}

function addBroken(folder: string): void {
  const tree = mkdtempSync(path.join(folder, "broken-"));
  try {
    execFileSync("tar", ["-xzf", path.join(folder, `demo-app-${BROKEN_FROM}.tar.gz`), "-C", tree]);
    const pages = path.join(tree, "frontend");
    for (const page of readdirSync(pages).filter((name) => name.endsWith(".html")))
      writeFileSync(path.join(pages, page), "<!doctype html><title>Broken</title>");
    mkdirSync(path.join(pages, "static"), { recursive: true });
    writeFileSync(path.join(pages, "static", "app.css"), "");
    const backend = path.join(tree, "backend.py");
    // Every answer of the backend is an error.
    writeFileSync(
      backend,
      readFileSync(backend, "utf8").replace("self.send_response(status)", "self.send_response(500)"),
    );
    const site = path.join(tree, "site.conf");
    // Every path has a page.
    writeFileSync(site, readFileSync(site, "utf8").replace("=404", "/index.html"));
    add(folder, BROKEN, execFileSync("tar", ["-cz", "-C", tree, "."], { maxBuffer: 2 ** 26 }));
  } finally {
    rmSync(tree, { recursive: true });
  }
}
