import { holdsAny, requireAll } from "../access";
import { failure, parameterError, permissionError } from "../api/errors";
import type { ProxmoxCall, ProxmoxRoute } from "../api/route";
import type { Parameter } from "../api/schema";
import { isImportName, urlMetadata } from "../images";
import { requireStorage } from "../vm/storage";

const text: Parameter = { type: "string", optional: true };
const flag: Parameter = { type: "boolean", optional: true };
const url: Parameter = { type: "string", pattern: /^https?:\/\/.*$/ };
const algorithms = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

/** Whoever makes a node call a URL can probe its network. Source: PVE::API2::Storage::Status, download_url. */
function requireNetwork({ caller, path }: ProxmoxCall): void {
  const everywhere = caller.privileges("/");
  if (everywhere.has("Sys.Audit") && everywhere.has("Sys.Modify")) return;
  if (!holdsAny(caller, `/nodes/${path.node}`, ["Sys.AccessNetwork"]))
    throw permissionError(`/nodes/${path.node}`, ["Sys.AccessNetwork"]);
}

function download(call: ProxmoxCall): Promise<string> {
  const { node, caller, path, values } = call;
  const { node: holder = "", storage = "" } = path;
  requireAll(caller, `/storage/${storage}`, ["Datastore.AllocateTemplate"]);
  requireNetwork(call);
  const { checksum, "checksum-algorithm": algorithm, content = "", filename = "", compression } = values;
  const pair = { checksum, "checksum-algorithm": algorithm };
  for (const [name, other] of [
    ["checksum", "checksum-algorithm"] as const,
    ["checksum-algorithm", "checksum"] as const,
  ])
    if (pair[name] !== undefined && pair[other] === undefined)
      throw parameterError({ [other]: `missing property - '${name}' requires this property` });
  const target = requireStorage(node, storage);
  if (target.type !== "dir") throw failure(`can't upload to storage type '${target.type}', not a file based storage!`);
  if (!(target.content ?? "images,rootdir").split(",").includes(content))
    throw failure(`storage '${storage}' is not configured for content-type '${content}'`);
  if (content !== "import") throw failure(`downloads of the content ${content} are not modelled in the lab`);
  if (!isImportName(filename)) throw parameterError({ filename: "invalid filename or wrong extension" });
  const file = {
    url: values.url ?? "",
    name: filename,
    checksum:
      checksum === undefined || algorithm === undefined ? undefined : { algorithm, expected: checksum.toLowerCase() },
    verifyCertificates: values["verify-certificates"] !== "0",
  };
  return node.tasks.run(
    "download",
    filename,
    caller.id,
    async (log) => {
      if (compression !== undefined) throw failure(`decompression not supported for ${content}`);
      await node.images.download(holder, storage, file, log);
      node.events.add("image.downloaded", { node: holder, storage, file: filename });
    },
    holder,
  );
}

/** Images from other servers. */
export const imageRoutes: readonly ProxmoxRoute[] = [
  {
    method: "GET",
    path: "/nodes/{node}/query-url-metadata",
    parameters: { url, "verify-certificates": flag },
    handle: (call) => {
      requireNetwork(call);
      return urlMetadata(call.values.url ?? "", call.values["verify-certificates"] !== "0");
    },
  },
  {
    method: "POST",
    path: "/nodes/{node}/storage/{storage}/download-url",
    parameters: {
      url,
      content: { type: "string", enum: ["iso", "vztmpl", "import"] },
      filename: { type: "string", maxLength: 255 },
      checksum: text,
      "checksum-algorithm": { ...text, enum: algorithms },
      compression: { ...text, enum: ["zst", "gz", "lzo", "bz2"] },
      "verify-certificates": flag,
    },
    handle: download,
  },
];
