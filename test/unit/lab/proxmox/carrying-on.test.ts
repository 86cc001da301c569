import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { omit } from "@ghrunners/lab/proxmox/omit";
import { parseSeed } from "@ghrunners/lab/proxmox/seed";
import { until } from "@ghrunners/core/until";
import { EmulatorHarness, node, secret, testSeed, tokenId } from "./harness";

describe("after the emulator was killed", () => {
  let lab: EmulatorHarness;
  before(async () => (lab = await EmulatorHarness.start({ pools: [{ poolid: "runners" }] })));
  after(() => lab.stop());

  it("VMs, power, firewall, pools, tasks and events are as they were", async () => {
    await lab.clone(151, { pool: "runners" });
    await lab.get("POST", lab.vm(151, "/firewall/rules"), { type: "in", action: "ACCEPT", enable: 1 });
    const upid = await lab.get<string>("POST", lab.vm(151, "/status/start"));
    const seen = async () => [
      await lab.get("GET", lab.vm(151, "/config")),
      await lab.get("GET", lab.vm(151, "/firewall/rules")),
      await lab.get("GET", "/pools", { poolid: "runners" }),
      await lab.get("GET", `/nodes/${node}/tasks/${upid}/log`),
      (await lab.get<{ status: string }>("GET", lab.vm(151, "/status/current"))).status,
    ];
    const earlier = await seen();
    const events = lab.emulator.node.events.since(0);
    await lab.restart();
    assert.deepEqual(await seen(), earlier);
    assert.deepEqual(lab.emulator.node.events.since(0), events);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index + 1),
    );
    assert.deepEqual(
      events.map(({ kind }) => kind).filter((kind) => /cloned|started/.test(kind)),
      ["vm.cloned", "vm.started"],
    );
  });

  it("a task without an end has failed, and half a line does no harm", async () => {
    const file = path.join(lab.folder, "tasks.jsonl");
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const begun = omit(JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>, "exitStatus", "endTime");
    const upid = `UPID:${node}:00000001:00000001:00000001:qmstart:151:${tokenId}:`;
    appendFileSync(file, `${JSON.stringify({ ...begun, upid })}\n{"upid":"UPID:`);
    appendFileSync(path.join(lab.folder, "events.jsonl"), '{"seq":');
    await lab.restart();
    const status = await lab.get<Record<string, unknown>>("GET", `/nodes/${node}/tasks/${upid}/status`);
    assert.deepEqual([status.status, status.exitstatus], ["stopped", "unexpected status"]);
    assert.equal(lab.emulator.node.events.since(0).at(-1)?.kind, "task.failed");
    assert.equal(await lab.task("POST", lab.vm(151, "/status/stop")), "OK");
  });

  it("a clone that was not finished is gone, and its number is free", async () => {
    const half = { vmid: 152, config: {}, pending: { set: {}, delete: [] }, lock: "clone", volumes: {} };
    writeFileSync(path.join(lab.folder, "vms", "152.json"), JSON.stringify(half));
    await lab.restart();
    assert.match((await lab.request("GET", lab.vm(152, "/config"))).statusText, /does not exist/);
    await lab.clone(152);
  });
});

describe("faults of the lab", () => {
  let lab: EmulatorHarness;
  let admin: http.Server;
  before(async () => {
    lab = await EmulatorHarness.start();
    admin = http.createServer((request, response) => lab.emulator.administration(request, response));
    await new Promise<void>((resolve) => admin.listen(0, "127.0.0.1", resolve));
    await lab.clone(151);
    assert.equal(await lab.task("POST", lab.vm(151, "/status/start")), "OK");
  });
  after(async () => {
    await new Promise((resolve) => admin.close(resolve));
    await lab.stop();
  });

  const administer = async (method: string, apiPath: string, body?: unknown) => {
    const { port } = admin.address() as AddressInfo;
    const headers = { connection: "close" };
    const reply = await fetch(`http://127.0.0.1:${port}/_lab${apiPath}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: await reply.json() };
  };
  const config = () => lab.request("GET", lab.vm(151, "/config"));

  it("http-500: so many requests that match, then none", async () => {
    await administer("PUT", "/faults/http-500", { match: "GET /nodes", count: 2 });
    assert.equal((await lab.request("GET", "/version")).status, 200);
    assert.deepEqual([(await config()).status, (await config()).status, (await config()).status], [500, 500, 200]);
    assert.deepEqual((await administer("GET", "/faults")).body, []);
  });

  it("http-500 with skip: so many pass before, and a restart in between changes nothing", async () => {
    await administer("PUT", "/faults/http-500", { match: "/config", skip: 2, count: 1 });
    assert.deepEqual([(await config()).status, (await config()).status], [200, 200]);
    await lab.restart();
    assert.deepEqual([(await config()).status, (await config()).status], [500, 200]);
  });

  it("locked: changes are refused, the lock is shown, and its end is the end", async () => {
    await administer("PUT", "/faults/locked", { vmid: 151 });
    assert.equal((await lab.request("PUT", lab.vm(151, "/config"), { tags: "a" })).statusText, "VM is locked (backup)");
    assert.equal(await lab.task("POST", lab.vm(151, "/status/stop")), "VM is locked (backup)");
    assert.equal((await lab.get<{ lock: string }>("GET", lab.vm(151, "/status/current"))).lock, "backup");
    await lab.restart();
    assert.equal((await lab.request("PUT", lab.vm(151, "/config"), { tags: "a" })).status, 500);
    await administer("DELETE", "/faults/locked", { vmid: 151 });
    assert.equal((await lab.request("PUT", lab.vm(151, "/config"), { tags: "a" })).status, 200);
  });

  it("slow-task: the task runs when the call has answered", async () => {
    await administer("PUT", "/faults/slow-task", { seconds: 1.5 });
    const upid = await lab.get<string>("POST", lab.vm(151, "/status/stop"));
    const status = () => lab.get<{ status: string; exitstatus?: string }>("GET", `/nodes/${node}/tasks/${upid}/status`);
    assert.equal((await status()).status, "running");
    assert.equal(await until("the slow task has ended", 5_000, async () => (await status()).exitstatus), "OK");
    await administer("DELETE", "/faults");
  });

  it("upgraded: the cloud-init drive is that of another instance, until its end", async () => {
    const dump = (type: string): Promise<string> => lab.get("GET", lab.vm(151, `/cloudinit/dump?type=${type}`));
    const [user, meta] = [await dump("user"), await dump("meta")];
    await administer("PUT", "/faults/upgraded");
    await lab.restart();
    assert.notEqual(await dump("user"), user);
    assert.notEqual(await dump("meta"), meta);
    await administer("DELETE", "/faults/upgraded");
    assert.deepEqual([await dump("user"), await dump("meta")], [user, meta]);
  });

  it("token-expired and privilege-removed", async () => {
    await administer("PUT", "/faults/token-expired", { id: tokenId });
    assert.equal((await config()).status, 401);
    await administer("DELETE", "/faults/token-expired");
    await administer("PUT", "/faults/privilege-removed", { id: tokenId, privilege: "VM.Audit" });
    assert.equal((await config()).statusText, "Permission check failed (/vms/151, VM.Audit)");
    const permissions = await lab.get<Record<string, object>>("GET", "/access/permissions");
    assert.ok(!("VM.Audit" in (permissions["/vms"] ?? {})));
    await administer("DELETE", "/faults");
    assert.equal((await config()).status, 200);
  });

  it("stop: the machine is off, and its end switches it on", async () => {
    const status = async () => (await lab.get<{ status: string }>("GET", lab.vm(151, "/status/current"))).status;
    assert.equal(await lab.task("POST", lab.vm(151, "/status/start")), "OK");
    await administer("PUT", "/faults/stop", { vmid: 151 });
    assert.equal(await status(), "stopped");
    assert.equal(
      lab.emulator.node.events
        .since(0)
        .filter(({ kind }) => kind === "vm.stopped")
        .at(-1)?.reason,
      "fault",
    );
    await administer("DELETE", "/faults/stop", { vmid: 151 });
    assert.equal(await status(), "running");
    assert.deepEqual((await administer("GET", "/faults")).body, []);
  });

  it("what cannot be: unknown names, wrong parameters, machines without guests", async () => {
    assert.equal((await administer("PUT", "/faults/nothing", {})).status, 404);
    assert.equal((await administer("PUT", "/faults/locked", { vmid: "x" })).status, 400);
    assert.equal((await administer("PUT", "/faults/locked", { vmid: 777 })).status, 500);
    assert.match(JSON.stringify(await administer("PUT", "/faults/freeze", { vmid: 151 })), /no guests/);
    assert.equal((await administer("GET", "/nothing")).status, 404);
    assert.deepEqual((await administer("GET", "/health")).body, { status: "ok", backend: "api-only", vms: 2 });
  });

  it("events come after a number and hold no secret", async () => {
    const all = (await administer("GET", "/events?since=0")).body as { seq: number }[];
    assert.deepEqual((await administer("GET", `/events?since=${all.length - 1}`)).body, all.slice(-1));
    assert.ok(!readFileSync(path.join(lab.folder, "events.jsonl"), "utf8").includes(secret));
  });
});

describe("seed", () => {
  it("names every field that does not fit", () => {
    const wrong = { ...omit(testSeed(), "bridge"), storages: [{ id: "x", type: "zfs", totalBytes: 1 }], extra: 1 };
    assert.throws(
      () => parseSeed(JSON.stringify(wrong), "seed.json"),
      /seed\.json does not fit:[^]*bridge[^]*storages\[0\]\.type|extra/,
    );
    assert.deepEqual(parseSeed(JSON.stringify(testSeed()), "seed.json"), testSeed());
  });
});
