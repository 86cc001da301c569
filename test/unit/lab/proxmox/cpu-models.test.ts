import assert from "node:assert/strict";
import { acl, EmulatorHarness, node, testSeed } from "./harness";

interface CpuModel {
  readonly name: string;
  readonly custom: number;
  readonly vendor: string;
}

describe("processor types of the emulated node", () => {
  const blind = acl.filter(({ path }) => path !== "/nodes");
  const start = (entries = acl): Promise<EmulatorHarness> =>
    EmulatorHarness.start({ customCpuModels: ["avx"], tokens: [{ ...testSeed().tokens[0]!, acl: entries }] });
  const listOf = (lab: EmulatorHarness): Promise<CpuModel[]> => lab.get("GET", `/nodes/${node}/capabilities/qemu/cpu`);

  it("lists the cluster's own to a token with Sys.Audit on /nodes alone", async () => {
    const [seeing, other] = [await start(), await start(blind)];
    try {
      const [all, some] = [await listOf(seeing), await listOf(other)];
      assert.deepEqual(
        all.filter(({ custom }) => custom === 1).map(({ name }) => name),
        ["custom-avx"],
      );
      assert.ok(some.every(({ custom }) => custom === 0));
      for (const name of ["host", "x86-64-v2-AES", "x86-64-v3", "EPYC-Milan", "486"])
        assert.ok(
          some.some((model) => model.name === name),
          name,
        );
      assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    } finally {
      await Promise.all([seeing.stop(), other.stop()]);
    }
  });

  it("refuses a type that does not exist, in Proxmox VE's words", async () => {
    const lab = await start();
    const errors = async (cpu: string) => (await lab.request("PUT", lab.vm(9000, "/config"), { cpu })).errors?.cpu;
    try {
      assert.equal(
        await errors("avx"),
        "invalid format - Built-in cputype 'avx' is not defined (missing 'custom-' prefix?)",
      );
      assert.equal(await errors("custom-none"), "invalid format - Custom cputype 'none' not found");
      assert.equal(await errors("x86-64-v3"), undefined);
      assert.equal(await errors("cputype=host"), undefined);
    } finally {
      await lab.stop();
    }
  });

  it("lets a token choose one of the cluster's own with Sys.Audit on /nodes, and change other things without", async () => {
    const lab = await start(blind);
    const configure = async (form: Record<string, string>): Promise<string> => {
      const { status, statusText } = await lab.request("PUT", lab.vm(9000, "/config"), form);
      return `${status} ${statusText}`;
    };
    try {
      assert.equal(await configure({ cpu: "custom-avx" }), "403 Permission check failed (/nodes, Sys.Audit)");
      const vm = lab.emulator.node.store.vm(9000)!;
      lab.emulator.node.store.putVm({ ...vm, config: { ...vm.config, cpu: "custom-avx" } });
      assert.match(await configure({ cpu: "custom-avx,flags=+aes" }), /^200/);
    } finally {
      await lab.stop();
    }
  });
});
