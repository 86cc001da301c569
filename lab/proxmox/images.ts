/**
 * Files that can be imported as disks, as they lie on the storages of a node, and the downloads that bring them there.
 */
import { createHash } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { open } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { failure } from "./api/errors";
import type { TaskLog } from "./tasks";

/** Formats of images. `ova` is an archive, which the lab cannot unpack. Source: pve-storage, UPLOAD_IMPORT_EXT_RE_1. */
const importName = /^[a-zA-Z0-9\-.+=_]+\.(qcow2|raw|vmdk|ova)$/;

export const isImportName = (name: string): boolean => importName.test(name);

export interface ImportFile {
  readonly volid: string;
  readonly format: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly ctime: number;
}

/** What is to be downloaded. */
export interface Download {
  readonly url: string;
  readonly name: string;
  readonly checksum?: { readonly algorithm: string; readonly expected: string } | undefined;
  readonly verifyCertificates: boolean;
}

const get = (url: string, method: "GET" | "HEAD", verify: boolean): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = url.startsWith("https:")
      ? https.request(url, { method, rejectUnauthorized: verify })
      : http.request(url, { method });
    request.once("response", resolve).once("error", reject).end();
  });

/** As wget says why it ended. Source: wget(1), exit status. */
function wgetStatus(error: unknown): number {
  const { code = "" } = error as { code?: string };
  return /CERT|SIGNATURE|ALTNAME|ISSUER/.test(code) ? 5 : 4;
}

async function hashOf(file: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Import files of all nodes, below one folder. */
export class ImageFiles {
  constructor(private readonly folder: string) {}

  private place(node: string, storage: string): string {
    return path.join(this.folder, node, storage);
  }

  list(node: string, storage: string): ImportFile[] {
    const place = this.place(node, storage);
    if (!existsSync(place)) return [];
    return readdirSync(place)
      .filter(isImportName)
      .map((name) => {
        const { size, ctimeMs } = statSync(path.join(place, name));
        const format = path.extname(name).slice(1);
        return { volid: `${storage}:import/${name}`, format, size, ctime: Math.floor(ctimeMs / 1000) };
      });
  }

  usedBytes(node: string, storage: string): number {
    return this.list(node, storage).reduce((sum, { size }) => sum + size, 0);
  }

  /** @throws ProxmoxApiError when the volume is not there */
  private fileOf(node: string, volid: string): string {
    const [storage = "", name = ""] = volid.split(":import/");
    const file = path.join(this.place(node, storage), name);
    if (isImportName(name) && existsSync(file)) return file;
    throw failure(`could not get size of ${volid}`);
  }

  remove(node: string, volid: string): void {
    rmSync(this.fileOf(node, volid));
  }

  /** Size of the disk in an image: the virtual size of a qcow2, the whole of a raw file. */
  async diskBytes(node: string, volid: string): Promise<number> {
    const file = this.fileOf(node, volid);
    if (file.endsWith(".raw")) return statSync(file).size;
    if (!file.endsWith(".qcow2"))
      throw failure(`${path.extname(file)} images are not modelled in the lab: use qcow2 or raw`);
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(32), 0, 32, 0);
      // Magic, version, backing file, cluster bits, size. Source: qemu, docs/interop/qcow2.
      if (bytesRead < 32 || buffer.readUInt32BE(0) !== 0x514649fb)
        throw failure(`qemu-img: Could not open '${file}': Image is not in qcow2 format`);
      return Number(buffer.readBigUInt64BE(24));
    } finally {
      await handle.close();
    }
  }

  /**
   * Downloads a file, as PVE::Tools::download_file_from_url does.
   * @throws ProxmoxApiError with what the task ends with; then no file is left
   */
  async download(
    node: string,
    storage: string,
    { url, name, checksum, verifyCertificates }: Download,
    log: TaskLog,
  ): Promise<void> {
    const place = this.place(node, storage);
    const file = path.join(place, name);
    log(`downloading ${url} to ${file}`);
    mkdirSync(place, { recursive: true });
    if (existsSync(file)) {
      if (checksum === undefined) throw failure(`refusing to override existing file '${file}'`);
      const got = await hashOf(file, checksum.algorithm);
      if (got !== checksum.expected)
        throw failure(`checksum mismatch: got '${got}' != expect '${checksum.expected}', aborting`);
      return log("calculating checksum of existing file...OK, got correct file already, no need to download");
    }
    const temporary = `${file}.tmp.${process.pid}`;
    const command = `wget --progress=dot:giga -O ${temporary} ${url}`;
    try {
      const response = await get(url, "GET", verifyCertificates).catch((error: unknown): never => {
        throw failure(`download failed: command '${command}' failed: exit code ${wgetStatus(error)}`);
      });
      if (response.statusCode !== 200) {
        response.resume();
        throw failure(`download failed: command '${command}' failed: exit code 8`);
      }
      await pipeline(response, createWriteStream(temporary));
      if (checksum !== undefined) {
        const got = await hashOf(temporary, checksum.algorithm);
        if (got !== checksum.expected)
          throw failure(`checksum mismatch: got '${got}' != expect '${checksum.expected}'`);
        log("calculating checksum...OK, checksum verified");
      }
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
    log(`download of '${url}' to '${file}' finished`);
  }
}

/** What a server says about a file. @throws ProxmoxApiError as PVE::API2::Nodes, query_url_metadata */
export async function urlMetadata(url: string, verifyCertificates: boolean): Promise<Record<string, string | number>> {
  const response = await get(url, "HEAD", verifyCertificates).catch((error: Error): never => {
    throw failure(`invalid server response: '500 Can't connect to ${new URL(url).host} (${error.message})'`);
  });
  response.resume();
  const { statusCode, statusMessage, headers } = response;
  if (statusCode !== 200) throw failure(`invalid server response: '${statusCode} ${statusMessage}'`);
  const { "content-length": length, "content-type": type } = headers;
  return {
    filename: path.posix.basename(new URL(url).pathname),
    ...(length === undefined ? {} : { size: Number(length) }),
    ...(type === undefined ? {} : { mimetype: type }),
  };
}
