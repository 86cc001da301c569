import assert from "node:assert/strict";
import * as random from "@pulumi/random";
import { LogReceiver, type LogReceiverArgs } from "@ghrunners/components";
import { finder, graphOf, isSecretValue, plain, type RegisteredResource, showing } from "../../support/pulumi-mocks";
import { host, planted } from "./support/arguments";

const args = (): LogReceiverArgs => ({
  host,
  sshPrivateKey: planted.sshPrivateKey,
  environment: "demo",
  senders: ["192.0.2.51", "192.0.2.52"],
});
const made = (change: Partial<LogReceiverArgs> = {}): Promise<RegisteredResource[]> =>
  graphOf(() => void new LogReceiver("logs", { ...args(), ...change }));

describe("LogReceiver", () => {
  it("is one step on the host that knows its senders and how long journals are kept", async () => {
    const { inputs, parent } = finder(await made())("logs");
    assert.equal(parent, "logs");
    const stdin = plain(inputs.stdin) as string;
    for (const line of ["SENDERS='192.0.2.51 192.0.2.52'", "ADDRESS='192.0.2.9'", "RETENTION_DAYS='30'"]) {
      assert.ok(stdin.split("\n").includes(line), line);
    }
  });

  it("waits for senders whose address is another resource's", async () => {
    const graph = await graphOf(() => {
      const { result } = new random.RandomPassword("address", { length: 16 });
      new LogReceiver("logs", { ...args(), senders: [result] });
    });
    assert.ok(finder(graph)("logs").dependencies.includes("address"));
  });

  it("marks the private key and shows it nowhere", async () => {
    const graph = await made();
    const { connection } = finder(graph)("logs").inputs;
    assert.ok(isSecretValue(connection) || isSecretValue((connection as Record<string, unknown>).privateKey));
    assert.deepEqual(showing(graph, planted.sshPrivateKey), []);
  });

  it("refuses a sender by name and no days at all, at once", async () => {
    await assert.rejects(made({ senders: ["runner-1"], retentionDays: 0 }), (error: Error) => {
      assert.match(error.message, /^2 arguments of LogReceiver "logs" cannot be taken/);
      assert.match(error.message, /senders\[0\]: seen "runner-1", expected an IPv4 address/);
      assert.match(error.message, /retentionDays: seen 0, expected a whole number, 1 to 365/);
      return true;
    });
  });
});
