import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { prometheusAt } from "@ghrunners/cli/dashboards/prometheus";
import { readSilences, setSilence } from "@ghrunners/cli/maintenance/alertmanager";
import { collectMonitoring } from "@ghrunners/cli/monitoring/collect";

/** Prometheus or Alertmanager that gives one answer to everything. */
describe("a monitoring service that refuses", () => {
  let server: http.Server;
  let url: string;
  let answer: { readonly status: number; readonly text: string };

  beforeEach(async () => {
    server = http.createServer((_, response) => response.writeHead(answer.status).end(answer.text));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const commands: Readonly<Record<string, () => Promise<unknown>>> = {
    dashboards: () => prometheusAt(url).instant("up", 0),
    alerts: () => collectMonitoring({ prometheus: url, alertmanager: url }, "production"),
    maintenance: () => readSilences(url),
  };
  const next =
    "Expected 200 with JSON. Next: check the service on the monitoring host (docs/runbooks/monitoring-blind.md)";

  for (const [name, ask] of Object.entries(commands)) {
    it(`${name}: names the address, the reason and the next step, in the words of every command`, async () => {
      answer = { status: 503, text: "Service Unavailable\n" };
      await assert.rejects(ask, ({ message }: Error) => {
        assert.ok(message.startsWith(`${url}/api/`), message);
        assert.match(message, / answered 503 Service Unavailable( to up)?: Service Unavailable\. /);
        assert.ok(message.endsWith(next), message);
        return true;
      });
    });

    it(`${name}: refuses a page that is no answer of the API`, async () => {
      answer = { status: 200, text: "<html>Sign in</html>" };
      await assert.rejects(ask, /answered 200 OK( to up)?: <html>Sign in<\/html>\. Expected 200 with JSON/);
    });
  }

  it("gives Prometheus' reason and the query that it refuses", async () => {
    answer = { status: 400, text: JSON.stringify({ status: "error", error: "unknown function rat" }) };
    await assert.rejects(
      prometheusAt(url).instant("rat(up)", 0),
      /400 Bad Request to rat\(up\): unknown function rat\./,
    );
  });

  it("reads an empty answer as success: Alertmanager has none to some writes", async () => {
    answer = { status: 200, text: "" };
    const time = "2999-01-01T00:00:00Z";
    await setSilence(url, { matchers: [], startsAt: time, endsAt: time, createdBy: "ada", comment: "" });
  });
});
