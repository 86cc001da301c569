import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";

/**
 * The file for NODE_EXTRA_CA_CERTS of tests: their own clients talk to the lab, and what they install comes from where
 * this machine gets its packages, which may need authorities of its own.
 * @param lab certificate of the lab's authority
 * @param own value of NODE_EXTRA_CA_CERTS on this machine
 */
export function trustedAuthorities(lab: string, own = process.env.NODE_EXTRA_CA_CERTS): string {
  // Node itself only warns of a file that is missing.
  if (own === undefined || !existsSync(own)) return lab;
  const [ofLab, ofMachine] = [lab, own].map((file) => readFileSync(file, "utf8")) as [string, string];
  if (ofMachine.includes(ofLab.trim())) return own;
  const both = path.join(path.dirname(lab), "ca-and-own.pem");
  writeWhole(both, `${ofMachine.trimEnd()}\n${ofLab}`, { mode: 0o644 });
  return both;
}
