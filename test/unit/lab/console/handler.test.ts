import assert from "node:assert/strict";
import { request } from "node:http";
import { startServer, type RunningServer } from "@ghrunners/cli/console/server";
import { faultsHandler } from "@ghrunners/lab/console/handler";
import type { FaultPanel, FaultSubject, FaultPanelAction } from "@ghrunners/lab/console/panel";
import { subjectsOf } from "@ghrunners/lab/console/subjects";
import { faults } from "@ghrunners/lab/faults";

const names = [
  { role: "primary", name: "runner-1", vmId: 151 },
  { role: "secondary", name: "runner-2", vmId: 152 },
];
const none = { proxmox: [], github: [], hosts: [] };
const set = (subjects: readonly FaultSubject[]): string[] =>
  subjects.flatMap(({ target, faults: shown }) =>
    shown.filter(({ isSet }) => isSet).map(({ name }) => `${name} ${target}`),
  );

describe("the faults in the lab's console", () => {
  it("are those of the lab, each where it can be made", () => {
    const subjects = subjectsOf(names, ["monitoring"], none);
    assert.deepEqual(
      subjects.map(({ target, title }) => `${target}: ${title}`),
      [
        "primary: the primary (runner-1)",
        "secondary: the secondary (runner-2)",
        'monitoring: the host "monitoring"',
        "null: GitHub",
        "null: Proxmox VE",
      ],
    );
    const offered = new Set(subjects.flatMap((subject) => subject.faults.map(({ name }) => name)));
    assert.deepEqual([...offered].sort(), faults.map(({ name }) => name).sort());
    assert.deepEqual(
      subjects[2]?.faults.map(({ name }) => name),
      ["stop", "freeze", "cut-link", "fill-disk"],
    );
    assert.deepEqual(set(subjects), []);
  });

  it("are shown as set where they are set", () => {
    const subjects = subjectsOf(names, ["monitoring", "app"], {
      proxmox: [{ name: "link-down", vmid: 152 }, { name: "slow-task" }],
      github: [
        { name: "runner-api-offline", parameters: { name: "runner-1" } },
        { name: "down", parameters: {} },
      ],
      hosts: [{ name: "stop", host: "app" }],
    });
    assert.deepEqual(set(subjects), [
      "api-offline primary",
      "cut-link secondary",
      "stop app",
      "github-down null",
      "proxmox-slow-task null",
    ]);
  });
});

describe("the requests behind the buttons", () => {
  const token = "t".repeat(32);
  let server: RunningServer;
  let pressed: FaultPanelAction[] = [];
  let refusesWith: string | undefined;

  before(async () => {
    const handler = faultsHandler(
      {
        subjects: async () => subjectsOf(names, [], none),
        press: async (press) => {
          if (refusesWith !== undefined) throw new Error(refusesWith);
          pressed.push(press);
        },
      },
      token,
    );
    const page = { script: "", style: "" };
    server = await startServer({ title: "", page, json: {}, more: { "/api/faults": handler } }, 0);
  });
  after(() => server.close());
  beforeEach(() => ([pressed, refusesWith] = [[], undefined]));

  const make = { do: "make", fault: "stop", target: "primary" };
  const own = (): Record<string, string> => ({
    host: new URL(server.url).host,
    origin: new URL(server.url).origin,
    "x-token": token,
    "content-type": "application/json",
  });
  function ask(
    method: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const { port } = new URL(server.url);
      request({ host: "127.0.0.1", port, path: "/api/faults", method, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      })
        .on("error", reject)
        .end(body);
    });
  }
  const post = (headers: Record<string, string>, body = JSON.stringify(make)) => ask("POST", headers, body);

  it("give the token to the page, and carry out what its button asks for", async () => {
    const { status, body } = await ask("GET", { host: own().host ?? "", "sec-fetch-site": "same-origin" });
    assert.deepEqual([status, (JSON.parse(body) as FaultPanel).token], [200, token]);
    assert.equal((await post(own())).status, 200);
    assert.equal((await post(own(), '{"do":"clear-all"}')).status, 200);
    assert.deepEqual(pressed, [make, { do: "clear-all" }]);
  });

  it("are refused from another site, and nothing is done", async () => {
    const without = (name: string): Record<string, string> =>
      Object.fromEntries(Object.entries(own()).filter(([key]) => key !== name));
    const refused: readonly [string, Record<string, string>, number][] = [
      ["another origin", { ...own(), origin: "http://evil.example" }, 403],
      ["another port of this machine", { ...own(), origin: "http://127.0.0.1:1" }, 403],
      ["a page without an origin", { ...own(), origin: "null" }, 403],
      ["no origin", without("origin"), 403],
      ["a wrong token", { ...own(), "x-token": "u".repeat(32) }, 403],
      ["no token", without("x-token"), 403],
      ["a form", { ...own(), "content-type": "text/plain" }, 415],
      ["a cross-site fetch", { ...own(), "sec-fetch-site": "cross-site" }, 403],
      ["a name that leads to 127.0.0.1", { ...own(), host: "evil.example", origin: "http://evil.example" }, 421],
    ];
    for (const [what, headers, status] of refused) assert.equal((await post(headers)).status, status, what);
    assert.equal((await ask("GET", { "sec-fetch-site": "cross-site", host: own().host ?? "" })).status, 403);
    for (const method of ["PUT", "DELETE", "OPTIONS"]) assert.equal((await ask(method, own())).status, 405);
    assert.deepEqual(pressed, []);
  });

  it("are refused with the reason when they say nothing that can be done", async () => {
    for (const body of ["", "{", '{"do":"explode"}', JSON.stringify({ ...make, more: 1 }), " ".repeat(3_000)])
      assert.equal((await post(own(), body)).status, 400, body.slice(0, 20));
    refusesWith = "The host app does not run.";
    assert.deepEqual(await post(own()), { status: 409, body: "The host app does not run.\n" });
    refusesWith = undefined;
    assert.equal((await post(own())).status, 200, "one refusal does not end the buttons");
  });
});
