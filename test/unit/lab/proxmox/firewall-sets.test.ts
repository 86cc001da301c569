import assert from "node:assert/strict";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { acl, EmulatorHarness, node, secret, testSeed, tokenId, type FormBody } from "./harness";

interface SetEntry {
  readonly cidr: string;
  readonly nomatch?: number;
  readonly comment?: string;
  readonly digest?: string;
}

describe("IP sets of a VM", () => {
  let lab: EmulatorHarness;
  before(async () => {
    lab = await EmulatorHarness.start();
    await lab.clone(151);
  });
  after(() => lab.stop());

  const sets = (rest = ""): string => lab.vm(151, `/firewall/ipset${rest}`);
  const entries = (name: string): Promise<SetEntry[]> => lab.get("GET", sets(`/${name}`));
  const refused = async (method: string, rest: string, form: FormBody = {}): Promise<string> => {
    const { status, statusText, errors } = await lab.request(method, sets(rest), form);
    return `${status} ${errors === undefined ? statusText : JSON.stringify(errors)}`;
  };

  it("hold addresses and networks, the newest first", async () => {
    await lab.get("POST", sets(), { name: "ipfilter-net0", comment: "own" });
    await lab.get("POST", sets("/ipfilter-net0"), { cidr: "198.51.100.51/32" });
    await lab.get("POST", sets("/ipfilter-net0"), { cidr: "2001:db8::/32", comment: "six" });
    await lab.get("POST", sets("/ipfilter-net0"), { cidr: "198.51.100.0/28", nomatch: 1 });
    const list = await lab.get<{ name: string; comment?: string; digest: string }[]>("GET", sets());
    assert.deepEqual(
      list.map(({ name, comment }) => [name, comment]),
      [["ipfilter-net0", "own"]],
    );
    assert.deepEqual(
      (await entries("ipfilter-net0")).map(({ cidr, nomatch, comment }) => [cidr, nomatch, comment]),
      [
        ["198.51.100.0/28", 1, undefined],
        ["2001:db8::/32", undefined, "six"],
        ["198.51.100.51", undefined, undefined],
      ],
    );
  });

  it("are refused in Proxmox VE's words", async () => {
    assert.equal(
      await refused("POST", "", { name: "ipfilter-net0" }),
      `400 {"name":"IPSet 'ipfilter-net0' already exists"}`,
    );
    assert.match(await refused("POST", "", { name: "1st" }), /^400 \{"name":"value does not match the regex pattern"/);
    assert.match(await refused("POST", "", { name: "a", digest: "x" }), /^400/);
    assert.equal(await refused("GET", "/none"), "500 no such IPSet 'none'");
    assert.equal(await refused("DELETE", "/ipfilter-net0"), "500 IPSet 'ipfilter-net0' is not empty");
    const add = (cidr: string): Promise<string> => refused("POST", "/ipfilter-net0", { cidr });
    assert.equal(await add("198.51.100.51"), `400 {"cidr":"address '198.51.100.51' already exists"}`);
    assert.equal(await add("198.51.100.51/24"), `400 {"cidr":"invalid format - Invalid prefix 198.51.100.51/24"}`);
    assert.equal(await add("2001:db8::1/64"), `400 {"cidr":"invalid format - Invalid prefix 2001:db8::1/64"}`);
    assert.equal(await add("0.0.0.0/0"), `400 {"cidr":"a zero prefix is not allowed in ipset entries"}`);
    assert.match(await add("300.1.1.1"), /valid IP address or CIDR network/);
    assert.match(await add("dc"), /aliases are not modelled in the lab/);
    assert.equal(await refused("GET", "/ipfilter-net0/198.51.100.9"), `400 {"cidr":"no such IP/Network"}`);
    assert.match(
      await refused("DELETE", "/ipfilter-net0/198.51.100.51", { digest: "0".repeat(40) }),
      /^500 detected modified configuration/,
    );
  });

  it("change and lose entries, also networks, whose path has one slash more", async () => {
    await lab.get("PUT", sets("/ipfilter-net0/198.51.100.0/28"), { comment: "all of them" });
    const entry = await lab.get<SetEntry>("GET", sets("/ipfilter-net0/198.51.100.0%2F28"));
    assert.deepEqual(entry, { cidr: "198.51.100.0/28", comment: "all of them" });
    const digest = (await entries("ipfilter-net0"))[0]?.digest ?? "";
    await lab.get("DELETE", sets("/ipfilter-net0/198.51.100.0/28"), { digest });
    assert.equal((await entries("ipfilter-net0")).length, 2);
    await lab.get("POST", sets(), { name: "own", rename: "ipfilter-net0" });
    assert.deepEqual(
      (await entries("own")).map(({ cidr }) => cidr),
      ["2001:db8::/32", "198.51.100.51"],
    );
    await lab.get("POST", sets(), { name: "ipfilter-net0", rename: "own" });
  });

  it("are taken away whole by the program, which finds none a second time", async () => {
    const server = createServer((request, response) => lab.emulator.api(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const client = new ProxmoxClient({ endpoint, token: `${tokenId}=${secret}` });
    try {
      for (let times = 0; times < 2; times += 1) {
        await client.removeFirewallSet(node, 151, "ipfilter-net0");
        assert.deepEqual(await lab.get("GET", sets()), []);
      }
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("are gone with their VM, and need its network privilege", async () => {
    await lab.get("POST", sets(), { name: "ipfilter-net0" });
    assert.equal(await lab.task("DELETE", lab.vm(151)), "OK");
    assert.deepEqual(await lab.get("GET", sets()), []);
    const weak = acl.map(({ path, privileges }) => ({
      path,
      privileges: privileges.filter((name) => name !== "VM.Config.Network"),
    }));
    const other = await EmulatorHarness.start({ tokens: [{ ...testSeed().tokens[0]!, acl: weak }] });
    try {
      const reply = await other.request("POST", other.vm(9000, "/firewall/ipset"), { name: "ipfilter-net0" });
      assert.equal(reply.statusText, "Permission check failed (/vms/9000, VM.Config.Network)");
    } finally {
      await other.stop();
    }
  });
});
