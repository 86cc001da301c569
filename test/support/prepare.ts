import path from "node:path";
import { standingHosts } from "@ghrunners/lab/hosts/index";
import { baseFolders } from "@ghrunners/lab/instance";
import {
  bareTemplate,
  prepareTemplate,
  ReleaseMissing,
  releaseTemplates,
  runnerTemplate,
} from "@ghrunners/lab/machines/index";
import { ensurePackages } from "@ghrunners/lab/packages";
import { ensureAuthority } from "@ghrunners/lab/tls";
import { ensureToolchain } from "@ghrunners/lab/toolchain/index";
import { ensurePrometheus } from "@ghrunners/lab/toolchain/prometheus";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";

const say = (line: string): void => void process.stdout.write(`      ${line}\n`);

/** Not tests, but reported and interrupted like them: what the tests after it find ready. */
describe("what the tests need", () => {
  it("packages and machine templates", async () => {
    await ensurePackages(say);
    const { certificate: caCertificate } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
    const contents = [runnerTemplate, bareTemplate, ...Object.values(standingHosts).map(({ template }) => template)];
    for (const content of contents) await prepareTemplate({ instance: "test", content, caCertificate, say });
  });

  it("templates of other Debian releases", async () => {
    const { certificate: caCertificate } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
    for (const content of releaseTemplates)
      await prepareTemplate({ instance: "test", content, caCertificate, say }).catch((error: unknown) => {
        // The tests that need it are skipped, and say so too.
        if (!(error instanceof ReleaseMissing)) throw error;
        say(error.message);
      });
  });

  it("the toolchain", async () => {
    await ensureToolchain({ say });
  });

  it("Prometheus 3", async () => {
    await ensurePrometheus({ say });
  });

  it("a lab of the whole system", async () => {
    await Rehearsal.open();
  });
});
