import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureUserFolder } from "@ghrunners/core/user-folders";
import { writeWhole } from "@ghrunners/core/whole-file";
import { programsFolder } from "./toolchain";
import { withLock, withLockUnlessFull } from "./toolchain/lock";
import { endEngineProcesses } from "./abandoned";
import { blankOwner, blankSeeds, layOutFiles, makeBlank } from "./blank";
import { baseFolders, type Instance } from "./instance";
import { forwards, loopbackPorts } from "./forwards";
import type { GithubSeed } from "./github/seed";
import type { ProxmoxSeed } from "./proxmox/seed";
import { ensureHost, type HostName } from "./hosts";
import { removeLeftovers } from "./leftovers";
import { destroyAll, networkUp, prepareTemplate, useTemplate, vmTemplate } from "./machines";
import { type LabMode, modeOf, modeToBe, reasonForApiOnly, setMode } from "./mode";
import { ensurePackages } from "./packages";
import { ofPerson, ownerOf, type RepositoryOwner, settleOwner } from "./owner";
import { removeStackFiles } from "./pulumi/stack-files";
import { ensureReviewer } from "./reviewer/service";
import { buildDistributions } from "./runner-distribution";
import { ensureSecrets, type LabSecrets } from "./secrets";
import { githubSeed, proxmoxSeed } from "./seeds";
import { ensureService, stopService, type Service } from "./service";
import { ensureAuthority, ensureServerCertificate, type CertificateFiles } from "./tls";
import { topology } from "./topology";

/** A lab that is up: where it is and how to reach it. */
export interface Lab {
  readonly instance: Instance;
  readonly mode: LabMode;
  /** Whose repository GitHub has. */
  readonly owner: RepositoryOwner;
  readonly secrets: LabSecrets;
  /** Certificate authority that the lab's two services are signed by (PEM file). */
  readonly authority: string;
  readonly proxmoxEndpoint: string;
  readonly githubUrl: string;
}

export interface LabOptions {
  readonly projectRoot: string;
  readonly say: (line: string) => void;
  /** Publish the services on the host's loopback. Default: only for the instance named "lab". */
  readonly forward?: boolean;
  /** Counts when the instance is made. Default: machines where they can run. */
  readonly mode?: LabMode;
  /**
   * Standing hosts to boot where machines run, and to wait for until they let a user log in.
   * Default: the monitoring host, which goes on booting in the background.
   */
  readonly hosts?: readonly HostName[];
  /**
   * Whose private repository GitHub has; refused by a lab that is there with another one's. Default: the owner that
   * the lab has, and a person in a new one.
   */
  readonly owner?: RepositoryOwner;
  /** With nothing of ours made, for a repository of this owner; counts when the instance is made. Default: false. */
  readonly blank?: RepositoryOwner;
  /** Makes another Proxmox VE of the usual one; counts when its emulator starts. */
  readonly proxmox?: (usual: ProxmoxSeed) => ProxmoxSeed;
  /** Makes another GitHub of the usual one; counts when its emulator starts. */
  readonly github?: (usual: GithubSeed) => GithubSeed;
}

/** Changes when the lab's own code changes, so that a service of an older checkout is replaced. */
function revisionOfServices(projectRoot: string): string {
  const hash = createHash("sha256");
  for (const entry of readdirSync(path.join(projectRoot, "lab"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    hash.update(path.relative(projectRoot, file)).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

function endpoints(instance: Instance, mode: LabMode): { proxmox: [string, number]; github: [string, number] } {
  const { proxmox, github } = topology;
  const loopback = loopbackPorts(instance);
  return mode === "machines"
    ? { proxmox: [proxmox.address, proxmox.port], github: [github.address, github.port] }
    : { proxmox: ["127.0.0.1", loopback.proxmox], github: ["127.0.0.1", loopback.github] };
}

/** Files of the lab's repository beside this project's .github: what a user has pushed there. */
export const repositoryFolder = ({ github }: Instance): string => path.join(github, "repository");

const urlOf = ([host, port]: [string, number]): string => `https://${host}${port === 443 ? "" : `:${port}`}`;

const lockFile = (instance: Instance): string => path.join(instance.run, "lab.lock");

const sayWait =
  (instance: Instance, say: (line: string) => void) =>
  ({ pid }: { pid: number }): void =>
    say(`Waiting for process ${pid}, which works on the lab "${instance.name}"`);

/** One command at a time brings an instance up, makes its stacks or ends it. */
export function withInstanceLock<T>(
  instance: Instance,
  say: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  return withLock(lockFile(instance), sayWait(instance, say), work);
}

/**
 * The runner releases an existing instance was brought up with. It keeps them: a release never changes its content, and
 * the stack has their checksums in its state.
 */
function distributionsOf(instance: Instance): string | undefined {
  const seed = path.join(instance.github, "seed.json");
  if (!existsSync(seed)) return undefined;
  const { distributionsDir } = JSON.parse(readFileSync(seed, "utf8")) as GithubSeed;
  return existsSync(distributionsDir) ? distributionsDir : undefined;
}

const authorityFile = (): string => path.join(baseFolders().cache, "lab-ca", "ca.pem");

/**
 * A lab that is up, without bringing anything up.
 * @throws Error when it is not up
 */
export function runningLab(instance: Instance): Lab {
  const mode = modeOf(instance);
  if (mode === undefined) {
    throw new Error(`The lab "${instance.name}" is not up. Expected a running one. Next: npm run lab -- up`);
  }
  return labOf(instance, mode, authorityFile());
}

function labOf(instance: Instance, mode: LabMode, authority: string): Lab {
  const at = endpoints(instance, mode);
  return {
    instance,
    mode,
    owner: ownerOf(instance),
    secrets: ensureSecrets(instance),
    authority,
    proxmoxEndpoint: `${urlOf(at.proxmox)}/`,
    githubUrl: urlOf(at.github),
  };
}

/** Brings the instance up, or completes it: every step checks first and does only what is missing. */
export async function labUp(instance: Instance, options: LabOptions): Promise<Lab> {
  ensureUserFolder(baseFolders().cache, "XDG_CACHE_HOME");
  ensureUserFolder(instance.state, "XDG_STATE_HOME");
  for (const folder of [instance.run, instance.logs, instance.tls, instance.proxmox, instance.github]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  return withInstanceLock(instance, options.say, () => bringUp(instance, options));
}

async function bringUp(instance: Instance, options: LabOptions): Promise<Lab> {
  const { say, projectRoot } = options;
  const mode = modeToBe(instance, options.mode);
  if (options.blank !== undefined) makeBlank(instance, options.blank, modeOf(instance) !== undefined);
  const owner = settleOwner(instance, options.blank ?? options.owner, modeOf(instance) !== undefined);
  const blank = blankOwner(instance);
  const cache = baseFolders().cache;
  const authority = await ensureAuthority(path.join(cache, "lab-ca"), new Date());
  // An engine that outlived the end of an earlier lab may have left its lock there, and a new lab has no stack.
  if (modeOf(instance) === undefined) rmSync(instance.backend, { recursive: true, force: true });
  if (mode === "machines") {
    if (modeOf(instance) === undefined) await removeLeftovers(instance, say);
    await ensurePackages(say);
    const template = {
      instance: instance.name,
      content: vmTemplate(blank !== undefined),
      caCertificate: authority.certificate,
      say,
    };
    useTemplate(instance.name, await prepareTemplate(template));
  }
  const { proxmox = (usual) => usual, github = (usual) => usual } = options;
  const distributions = distributionsOf(instance) ?? (await buildDistributions()).dir;
  const secrets = ensureSecrets(instance);
  const at = endpoints(instance, mode);
  const certificate = await ensureServerCertificate(
    authority,
    { certificate: path.join(instance.tls, "server.pem"), key: path.join(instance.tls, "server-key.pem") },
    { ips: [topology.proxmox.address, topology.github.address, "127.0.0.1"], names: ["localhost"] },
    new Date(),
  );
  const workflows = path.join(projectRoot, ".github", "workflows");
  const files = repositoryFolder(instance);
  const ofOrganization = githubSeed(secrets, urlOf(at.github), workflows, files, distributions, programsFolder());
  const usual = {
    proxmox: proxmoxSeed(secrets),
    github: owner === "person" ? ofPerson(ofOrganization) : ofOrganization,
  };
  const seeds = blank === undefined ? usual : blankSeeds(usual, blank, files);
  if (blank !== undefined) layOutFiles(instance);
  writeWhole(path.join(instance.proxmox, "seed.json"), JSON.stringify(proxmox(seeds.proxmox)));
  writeWhole(
    path.join(instance.github, "seed.json"),
    JSON.stringify({
      authority: authority.certificate,
      ...(mode === "machines" ? { hostedNamespace: instance.hostedNetns } : {}),
      ...github(seeds.github),
    }),
  );
  setMode(instance, mode);
  if (mode === "machines") await networkUp(instance.name);
  const hosts = mode === "machines" ? (options.hosts ?? ["monitoring" as const]) : [];
  const wait = options.hosts !== undefined;
  await Promise.all([
    startServices(instance, mode, certificate, options),
    ...hosts.map((name) => ensureHost(name, { instance, caCertificate: authority.certificate, say, wait })),
  ]);
  return labOf(instance, mode, authority.certificate);
}

async function startServices(
  instance: Instance,
  mode: LabMode,
  certificate: CertificateFiles,
  options: LabOptions,
): Promise<void> {
  const at = endpoints(instance, mode);
  const emulator = (name: "proxmox" | "github", ...extra: string[]): Service => ({
    name,
    inNamespace: mode === "machines",
    ready: "admin-socket",
    // The node downloads images from servers of the lab.
    env: { NODE_EXTRA_CA_CERTS: authorityFile() },
    command: [
      ...[process.execPath, "--import", "tsx", `lab/${name}/main.ts`],
      ...[
        "--state",
        instance[name],
        "--listen",
        at[name].join(":"),
        "--socket",
        path.join(instance.run, `${name}.sock`),
      ],
      ...["--tls-cert", certificate.certificate, "--tls-key", certificate.key],
      ...extra,
    ],
  });
  const backend = mode === "machines" ? "nspawn" : "api-only";
  const services = [emulator("proxmox", "--instance", instance.name, "--backend", backend), emulator("github")];
  const revision = revisionOfServices(options.projectRoot);
  const revisionFile = path.join(instance.run, "revision");
  if (existsSync(revisionFile) && readFileSync(revisionFile, "utf8") !== revision) {
    options.say("The lab's code has changed: restarting its services");
    await Promise.all([...services.map(({ name }) => name), "reviewer"].map((name) => stopService(instance, name)));
  }
  writeWhole(revisionFile, revision);
  await Promise.all(services.map((service) => ensureService(instance, service, options.projectRoot)));
  await ensureReviewer(labOf(instance, mode, authorityFile()));
  if (mode === "machines" && (options.forward ?? instance.name === "lab")) {
    await Promise.all(forwards(instance).map((service) => ensureService(instance, service, options.projectRoot)));
  }
}

/**
 * Ends everything of the instance and removes its state: services, machines, namespaces, cgroups, files.
 * Works from leftovers alone, whatever was killed before, and on a full disk.
 */
export async function labDown(instance: Instance, say: (line: string) => void): Promise<void> {
  if (existsSync(instance.run)) {
    const onFull = (): void => say("The disk is full: going on without the lab's lock file");
    await withLockUnlessFull(lockFile(instance), { onWait: sayWait(instance, say), onFull }, async () => {
      await endEngineProcesses(instance);
      const forwarded = Object.keys(topology.forwards).map((name) => `forward-${name}`);
      for (const service of [...forwarded, "reviewer", "proxmox", "github"]) {
        await stopService(instance, service);
      }
      if (reasonForApiOnly() === undefined) await destroyAll(instance.name);
    });
  } else if (reasonForApiOnly() === undefined) {
    await destroyAll(instance.name);
  }
  rmSync(instance.state, { recursive: true, force: true });
  removeStackFiles(instance);
}
