import { ensureToolchain } from "../../toolchain";
import { Rehearsal } from "../rehearsal/support/rehearsal";

/** Not tests, but reported and interrupted like them: what the tests after it find ready. */
describe("what the tests need", () => {
  it("the toolchain", async () => {
    await ensureToolchain({ say: (line) => process.stdout.write(`      ${line}\n`) });
  });

  it("a lab with its packages and templates", async () => {
    await Rehearsal.open();
  });
});
