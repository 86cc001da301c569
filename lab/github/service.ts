import { chmodSync, existsSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo, ListenOptions, Server } from "node:net";
import { administrationListener } from "./administration";
import { createRouter } from "../kit/router";
import { fullPath } from "./http/message";
import { Responder } from "./http/respond";
import { requestListener } from "./http/server";
import { mergeAll } from "./repository/merge-pull";
import { PullRequests } from "./repository/pull-requests";
import { Pushes } from "./repository/pushes";
import { allRoutes } from "./routes";
import { gitRoutes } from "./routes/git";
import { serviceRoutes } from "./routes/repository";
import { runnerProtocolRoutes } from "./runner-protocol";
import type { Services } from "./services";
import type { Engine } from "./workflows/engine";

export interface ServiceOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** Unix socket of the administration; a leftover of a killed process is replaced. */
  readonly socket: string;
}

export interface RunningService {
  readonly port: number;
  /** Ends every connection and timer. */
  close(): Promise<void>;
}

const announceEveryMs = 1_000;

const listen = (server: Server, options: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });

const stop = (server: http.Server | https.Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/**
 * Starts the emulator, which ends the engine too when it is closed: REST and the runner protocol over TLS, the
 * administration on its socket.
 */
export async function startService(
  services: Services,
  engine: Engine,
  options: ServiceOptions,
  reportBug: (error: unknown) => void,
): Promise<RunningService> {
  const pullRequests = new PullRequests(services.repository, services.store, engine);
  const pushes = new Pushes(services.repository, services.store, engine, pullRequests);
  const responder: Responder = new Responder(
    services,
    createRouter(
      [
        ...serviceRoutes(services, () => responder.rateLimit),
        ...allRoutes(services, engine, pullRequests, pushes),
        ...runnerProtocolRoutes(services, engine),
        ...gitRoutes(services, pushes),
      ],
      fullPath,
    ),
    reportBug,
  );
  const { certificate: cert, key, host, port, socket } = options;
  const onRequest = requestListener(responder, services.faults);
  const api = https.createServer(
    { cert, key, minVersion: "TLSv1.2" },
    (message, response) => void onRequest(message, response),
  );
  const { seed, repository } = services;
  const onAdministration = administrationListener(services, engine, () =>
    mergeAll({ seed, repository, pullRequests, pushes }, seed.tokens[0]?.login ?? seed.owner.login),
  );
  const administration = http.createServer((message, response) => void onAdministration(message, response));
  await listen(api, { host, port });
  if (existsSync(socket)) rmSync(socket);
  const mask = process.umask(0o177);
  try {
    await listen(administration, { path: socket });
  } finally {
    process.umask(mask);
  }
  chmodSync(socket, 0o600);
  const announcing = setInterval(() => services.presence.announce(), announceEveryMs);
  return {
    port: (api.address() as AddressInfo).port,
    close: async () => {
      clearInterval(announcing);
      await engine.close();
      await Promise.all([stop(api), stop(administration)]);
      rmSync(socket, { force: true });
    },
  };
}
