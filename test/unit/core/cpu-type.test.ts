import assert from "node:assert/strict";
import { isCpuType, unusualCpuType } from "@ghrunners/core/proxmox/cpu-type";

describe("the name of a processor type", () => {
  it("is a model, a generation, host, or one of the cluster's own", () => {
    for (const name of ["x86-64-v2-AES", "x86-64-v3", "host", "486", "Opteron_G5", "EPYC-Milan-v2", "custom-avx_1.2"])
      assert.ok(isCpuType(name), name);
    for (const name of ["", "custom-", "x86-64-v3,flags=+aes", "cputype=host", "-host", "my host", "host\n"])
      assert.ok(!isCpuType(name), name);
  });

  it("is not recorded where it is the usual one", () => {
    assert.deepEqual(["x86-64-v2-AES", undefined, "host"].map(unusualCpuType), [undefined, undefined, "host"]);
  });
});
