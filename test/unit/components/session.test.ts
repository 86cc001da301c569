import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Client, utils } from "ssh2";
import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";
import { readHostKey } from "@ghrunners/core/ssh/read-host-key";
import { explainFailure, HostUnreachableError, openSession, run, untilHandled } from "@ghrunners/core/ssh/session";

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

const address = { host: "192.0.2.51", user: "runner", hostKey: "ssh-ed25519 AAAA" };
const garbage = "-----BEGIN OPENSSH PRIVATE KEY-----\nnot a key\n-----END OPENSSH PRIVATE KEY-----\n";

const { privateKey } = makeKeyPair("ecdsa");

describe("an SSH session", () => {
  it("is tried again while the server has too many logins under way, and then says what to do", async () => {
    const lost = (): Error => explainFailure(new Error("Connection lost before handshake"), address);
    const waits: number[] = [];
    const wait = async (milliseconds: number): Promise<unknown> => waits.push(milliseconds);
    let tries = 0;
    const third = async (): Promise<string> => {
      tries += 1;
      if (tries < 3) throw lost();
      return "session";
    };
    assert.deepEqual([await untilHandled(third, wait), tries, waits], ["session", 3, [500, 1_500]]);
    await assert.rejects(
      untilHandled(() => Promise.reject(lost()), wait),
      /^Error: The SSH server of 192\.0\.2\.51 closed .* 4 times\. Expected .*MaxStartups.*Next: run the same command/,
    );
    let refused = 0;
    const refuse = async (): Promise<never> => {
      refused += 1;
      throw new HostUnreachableError("no");
    };
    await assert.rejects(untilHandled(refuse, wait), HostUnreachableError);
    assert.equal(refused, 1);
  });

  it("names what to do about a key with a passphrase and about text that is no key, and shows neither", async () => {
    const { private: locked } = utils.generateKeyPairSync("ed25519", {
      passphrase: "secret",
      cipher: "aes256-ctr",
      rounds: 4,
    });
    for (const key of [locked, garbage, "hello"])
      await assert.rejects(openSession(address, key), (error: Error) => {
        assert.match(
          error.message,
          /^The configured SSH key cannot be used \(.*passphrase.*Next: pulumi config set --secret/,
        );
        assert.ok(!error.message.includes(key.split("\n")[1] ?? key));
        return true;
      });
  });

  for (const [name, look] of [
    ["a login", (port: number) => openSession({ ...address, host: "127.0.0.1" }, privateKey, 100, port)],
    ["a look at the key", (port: number) => readHostKey("127.0.0.1", 100, port)],
  ] as const)
    it(`says that a host which takes the connection and then is silent does not answer: ${name}`, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const connected = once(server, "connection");
      await assert.rejects(look((server.address() as AddressInfo).port), HostUnreachableError);
      const [socket] = (await connected) as [Socket];
      // The client's own socket closes then. Its second report ended the process, as an error that nobody heard.
      await once(socket.resume(), "close");
      await new Promise(setImmediate);
      server.close();
    });

  it("leaves no timer behind when its connection broke before a command: its process could not end", async () => {
    // The test runner's own timer starts after this function did.
    await new Promise(setImmediate);
    const before = timers();
    // A client without a connection: what is left of one that broke.
    await assert.rejects(run(new Client(), "true", "", 3_600_000), HostUnreachableError);
    assert.equal(timers(), before);
  });
});
