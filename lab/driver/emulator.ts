import type { Octokit } from "@octokit/rest";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { adminRequest } from "../admin";
import { defaultLabels, relabel } from "../github/runner-labels";
import { sha256 } from "../github/runner-tokens";
import { parseSeed, type GithubSeed, type Seed, type TokenPermissions } from "../github/seed";
import { startService, type RunningService } from "../github/service";
import { openServices, type Services } from "../github/services";
import { Engine } from "../github/workflows/engine";
import { ensureAuthority, ensureServerCertificate } from "../tls";
import { httpsFetch, type Exchange } from "./https-fetch";

export const owner = "octo-org";
export const repo = "demo-app";

export const everything: TokenPermissions = {
  administration: "write",
  actions: "write",
  contents: "read",
  environments: "write",
  issues: "write",
  pull_requests: "write",
  secrets: "write",
  variables: "write",
  organization_self_hosted_runners: "write",
  organization_administration: "write",
};

/** For {@link TestEmulator.start}: a private repository has reviewers and timers on Enterprise only. */
export const onEnterprise = (seed: GithubSeed): GithubSeed => ({
  ...seed,
  owner: { ...seed.owner, plan: "enterprise" },
});

/** For {@link TestEmulator.start}: the repository belongs to an organization. */
export const ofOrganization =
  (plan: "free" | "team" | "enterprise") =>
  (seed: GithubSeed): GithubSeed => ({
    ...seed,
    owner: { ...seed.owner, type: "Organization", plan },
  });

const smokeWorkflow = `name: Smoke
on:
  workflow_dispatch:
    inputs:
      target: { type: string, required: true }
concurrency: { group: smoke, cancel-in-progress: false, queue: max }
jobs:
  check:
    runs-on: [self-hosted, linux]
    steps:
      - run: echo hello
`;
const deployWorkflow = `name: Deploy
on: workflow_dispatch
jobs:
  deploy:
    runs-on: [self-hosted, linux]
    environment: production
    steps:
      - run: echo deploy
`;

/** The emulator in this process, on a free loopback port, with a state folder of its own. */
export class TestEmulator {
  readonly exchanges: Exchange[] = [];
  private readonly agent = new https.Agent({ keepAlive: true });

  private constructor(
    readonly folder: string,
    readonly services: Services,
    readonly engine: Engine,
    private readonly service: RunningService,
    readonly authority: string,
  ) {}

  /** Begins anew where another process took the port between its choice and its use. */
  static async start(change: (seed: GithubSeed) => GithubSeed = (seed) => seed, attempts = 5): Promise<TestEmulator> {
    try {
      return await TestEmulator.startOnce(change);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || attempts <= 1) throw error;
      return TestEmulator.start(change, attempts - 1);
    }
  }

  private static async startOnce(change: (seed: GithubSeed) => GithubSeed): Promise<TestEmulator> {
    const folder = mkdtempSync(path.join(tmpdir(), "github-emulator-"));
    const workflowsDir = path.join(folder, ".github/workflows");
    mkdirSync(workflowsDir, { recursive: true });
    writeFileSync(path.join(workflowsDir, "smoke.yml"), smokeWorkflow);
    writeFileSync(path.join(workflowsDir, "deploy.yml"), deployWorkflow);
    const port = await freePort();
    const seed = parseSeed(
      change({
        owner: { login: owner, id: 1001, type: "User" },
        users: [
          { login: "operator", id: 1002 },
          { login: "reviewer", id: 1003 },
        ],
        repository: { id: 4711, name: repo, private: true, defaultBranch: "main" },
        publicUrl: `https://127.0.0.1:${port}`,
        workflowsDir,
        authority: path.join(folder, "ca/ca.pem"),
        distributionsDir: path.join(folder, "distributions"),
        tokens: [
          { sha256: sha256("operator-token"), login: "operator", permissions: everything },
          { sha256: sha256("reviewer-token"), login: "reviewer", permissions: everything },
          { sha256: sha256("spare-token"), login: "operator", name: "spare", permissions: everything },
        ],
      }),
    );
    return TestEmulator.over(folder, seed, port);
  }

  private static async over(folder: string, seed: Seed, port: number): Promise<TestEmulator> {
    const now = new Date();
    const authority = await ensureAuthority(path.join(folder, "ca"), now);
    const files = { certificate: path.join(folder, "tls/server.pem"), key: path.join(folder, "tls/server-key.pem") };
    const pair = await ensureServerCertificate(authority, files, { ips: ["127.0.0.1"], names: ["localhost"] }, now);
    const services = await openServices(path.join(folder, "state"), seed);
    const engine = new Engine(services);
    const service = await startService(
      services,
      engine,
      {
        host: "127.0.0.1",
        port,
        certificate: readFileSync(pair.certificate, "utf8"),
        key: readFileSync(pair.key, "utf8"),
        socket: path.join(folder, "admin.sock"),
      },
      (error) => {
        throw error;
      },
    );
    return new TestEmulator(folder, services, engine, service, readFileSync(authority.certificate, "utf8"));
  }

  /** The same state, read from disk by a new service: what a restart finds. */
  async restart(): Promise<TestEmulator> {
    await this.end();
    return TestEmulator.over(this.folder, this.services.seed, this.service.port);
  }

  get url(): string {
    return `https://127.0.0.1:${this.service.port}`;
  }

  async client(token: string | undefined = "operator-token"): Promise<Octokit> {
    const { Octokit: Client } = await import("@octokit/rest");
    const silent = () => undefined;
    return new Client({
      baseUrl: `${this.url}/api/v3`,
      ...(token === "" ? {} : { auth: token }),
      request: { fetch: this.fetch },
      log: { debug: silent, info: silent, warn: silent, error: silent },
    });
  }

  readonly fetch = (input: string | URL, init?: RequestInit): Promise<Response> =>
    httpsFetch(this.authority, this.agent, (exchange) => this.exchanges.push(exchange))(input, init);

  /** A REST call without a client library. */
  rest(
    method: string,
    call: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) {
    const { token = "operator-token", body, headers } = options;
    return this.fetch(`${this.url}/api/v3${call}`, {
      method,
      headers: { ...(token === "" ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async admin(method: "GET" | "POST" | "PUT" | "DELETE", call: string, body?: unknown): Promise<unknown> {
    const reply = await adminRequest(path.join(this.folder, "admin.sock"), method, `/_lab/${call}`, body);
    if (reply.status !== 200) throw new Error(`${method} ${call}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  /**
   * Registers a runner past the protocol, and shows it online.
   * @param group number of its group, for a runner of the organization
   * @returns its id
   */
  addRunner(name: string, custom: readonly string[] = [], group?: number): number {
    const { store, presence } = this.services;
    const id = store.change((state) => {
      const labels = relabel({ labels: [] }, custom, () => store.nextId(), defaultLabels("Linux", "X64"));
      const runner = {
        id: store.nextId(),
        name,
        os: "Linux",
        architecture: "X64",
        version: "2.336.0",
        labels,
        ...(group === undefined ? {} : { group }),
        ephemeral: false,
        disableUpdate: true,
        createdAt: store.now(),
        credentialSha256: sha256(name),
        announced: "offline" as const,
      };
      state.runners.push(runner);
      return runner.id;
    });
    presence.heard(id);
    return id;
  }

  private async end(): Promise<void> {
    this.agent.destroy();
    await this.service.close();
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }
}

export async function freePort(): Promise<number> {
  const server = https.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
