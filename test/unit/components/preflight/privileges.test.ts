import assert from "node:assert/strict";
import { requiredPrivileges } from "@ghrunners/components/preflight/judge";
import { poolMovePrivileges } from "@ghrunners/components/preflight/pool-move";
import { inputs } from "./observations";

describe("the privileges that the preflight asks for", () => {
  it("asks for the privileges of a resource pool where there is one", () => {
    const pooled = { ...inputs, proxmox: { ...inputs.proxmox, pool: "runners" } };
    const paths = requiredPrivileges(pooled).map(({ path, privilege }) => `${path} ${privilege}`);
    assert.deepEqual(
      paths.filter((entry) => entry.startsWith("/pool/")),
      ["/pool/runners Pool.Audit", "/pool/runners VM.Allocate"],
    );
  });

  it("asks for those of a move where the pool of machines that exist changes, and else for none", () => {
    const there = [{ vmid: 151, name: "one" }];
    const moves = (from: string | undefined, to: string | undefined, guests = there): string[] =>
      poolMovePrivileges(
        { proxmox: { pool: from } },
        { ...inputs, proxmox: { ...inputs.proxmox, pool: to } },
        guests,
      ).map(({ path, privilege }) => `${path} ${privilege}`);
    assert.deepEqual(moves("old", "new"), ["/pool/old Pool.Allocate", "/pool/new Pool.Allocate"]);
    assert.deepEqual(moves(undefined, "new"), ["/pool/new Pool.Allocate"]);
    assert.deepEqual(moves("old", undefined), ["/pool/old Pool.Allocate"]);
    assert.deepEqual(moves("old", "old"), []);
    assert.deepEqual(moves("old", "new", [{ vmid: 151, name: "of somebody else" }]), []);
    assert.deepEqual(poolMovePrivileges({}, inputs, there), [], "the first update");
  });

  it("asks for each privilege where it is used and nowhere else", () => {
    const paths = requiredPrivileges(inputs).map(({ path, privilege }) => `${path} ${privilege}`);
    assert.equal(new Set(paths).size, paths.length);
    assert.deepEqual(
      paths.filter((entry) => entry.includes("9000") || !entry.startsWith("/vms/")),
      [
        "/vms/9000 VM.Clone",
        "/vms/9000 VM.Audit",
        "/storage/tank Datastore.AllocateSpace",
        "/storage/tank Datastore.Audit",
        "/sdn/zones/localnetwork/vmbr1 SDN.Use",
      ],
    );
    const ofVm = (vmId: number): string[] =>
      paths.flatMap((entry) => (entry.startsWith(`/vms/${vmId} `) ? [entry.split(" ")[1] ?? ""] : []));
    assert.deepEqual(ofVm(151), ofVm(152));
    assert.ok(ofVm(151).includes("VM.Allocate"));
  });
});
