import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { proxmoxCommands, proxmoxGrants, proxmoxScript } from "@ghrunners/cli/setup/proxmox-commands";
import { requiredPrivileges } from "@ghrunners/components/preflight/judge";
import { projectRoot } from "@ghrunners/core/project-root";

const account = { tokenId: "pulumi@pve!ghrunners", storage: "local-zfs", bridge: "vmbr1", pool: "runners" };

describe("ghrunners setup proxmox", () => {
  it("grants exactly what the preflight demands, on paths that outlive a machine", () => {
    const { privileges, paths } = proxmoxGrants(account);
    const demanded = requiredPrivileges({
      proxmox: account,
      runners: [
        { vmId: 151, templateId: 9000, node: "pve1" },
        { vmId: 152, templateId: 9000, node: "pve1" },
      ],
    });
    assert.deepEqual(privileges, [...new Set(demanded.map(({ privilege }) => privilege))].sort());
    assert.deepEqual(paths, ["/vms", "/storage/local-zfs", "/sdn/zones/localnetwork/vmbr1", "/pool/runners"]);
    for (const { path: where } of demanded)
      assert.ok(
        paths.some((each) => where === each || where.startsWith(`${each}/`)),
        `${where} is not granted`,
      );
  });

  it("grants what an image takes, only where there is one", () => {
    const withImage = { ...account, imageStorage: "local" };
    const { privileges, paths } = proxmoxGrants(withImage);
    const demanded = requiredPrivileges({
      proxmox: { ...account, image: { storage: "local" } },
      runners: [{ vmId: 151, templateId: 9123, node: "pve1" }],
    });
    assert.deepEqual(privileges, [...new Set(demanded.map(({ privilege }) => privilege))].sort());
    assert.deepEqual(
      paths.filter((each) => !proxmoxGrants(account).paths.includes(each)),
      ["/storage/local", "/nodes"],
    );
    assert.deepEqual(
      privileges.filter((each) => !proxmoxGrants(account).privileges.includes(each)),
      ["Datastore.AllocateTemplate", "Sys.AccessNetwork"],
    );
    for (const { path: where } of demanded)
      assert.ok(
        paths.some((each) => where === each || where.startsWith(`${each}/`)),
        `${where} is not granted`,
      );
    for (const privilege of ["Datastore.AllocateTemplate", "Sys.AccessNetwork"])
      assert.ok(readFileSync(path.join(projectRoot, "docs/reference/security.md"), "utf8").includes(privilege));
  });

  it("grants what a processor type of the cluster's own takes, only where there is one", () => {
    const own = proxmoxGrants({ ...account, cpuType: "custom-avx" });
    assert.ok(own.privileges.includes("Sys.Audit") && own.paths.includes("/nodes"));
    assert.deepEqual(proxmoxGrants({ ...account, cpuType: "host" }), proxmoxGrants(account));
  });

  it("grants the use of a virtual network in its zone", () => {
    const { paths } = proxmoxGrants({ ...account, bridge: "vnet1", zone: "zone1" });
    assert.ok(paths.includes("/sdn/zones/zone1/vnet1") && !paths.some((each) => each.includes("localnetwork")));
  });

  it("asks for no pool where none is meant", () => {
    const { privileges, paths } = proxmoxGrants({ ...account, pool: undefined });
    assert.ok(!privileges.includes("Pool.Audit") && !paths.some((each) => each.startsWith("/pool")));
    assert.ok(!proxmoxCommands({ ...account, pool: undefined }).some((line) => line.includes("pool add")));
  });

  it("makes role, user, pool and token before the entries that name them", () => {
    const commands = proxmoxCommands(account);
    const at = (text: string): number => commands.findIndex((line) => line.includes(text));
    for (const made of ["pveum role add", "pveum user add", "pveum pool add", "pveum user token add"])
      assert.ok(at(made) >= 0 && at(made) < at("pveum acl modify"), made);
    assert.ok(commands.some((line) => line.endsWith("pveum user token add 'pulumi@pve' 'ghrunners' --privsep 1")));
  });

  it("prints a script that a POSIX shell reads", () => {
    const { status, stderr } = spawnSync("sh", ["-n"], { input: proxmoxScript(account), encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
  });

  it("grants what docs/reference/security.md lists", () => {
    const text = readFileSync(path.join(projectRoot, "docs/reference/security.md"), "utf8");
    for (const privilege of proxmoxGrants(account).privileges) assert.ok(text.includes(privilege), privilege);
  });
});
