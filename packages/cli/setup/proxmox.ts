import { defaults } from "@ghrunners/components/runner/defaults";
import { schema } from "@ghrunners/config/schema";
import { print, printJson, WrongUse } from "../command";
import { type ProxmoxAccount, proxmoxCommands, proxmoxGrants, proxmoxScript, ROLE } from "./proxmox-commands";
import { stackValues } from "./stack-values";

interface Options {
  readonly stack?: string;
  readonly token: string;
  readonly storage?: string;
  readonly bridge?: string;
  readonly zone?: string;
  readonly pool?: string;
  readonly imageStorage?: string;
  readonly adminCidr?: string;
  readonly json?: boolean;
}

async function accountOf(named: string | undefined): Promise<Partial<ProxmoxAccount>> {
  const { proxmox = {}, vm = {} } = await stackValues(named);
  const { image, ...names } = proxmox as Partial<ProxmoxAccount> & { image?: { storage?: string } };
  const { cpuType } = vm as { cpuType?: string };
  return { ...names, cpuType, imageStorage: image && (image.storage ?? defaults.image.storage) };
}

/** @throws WrongUse that names every value that is not one of Proxmox VE */
function checked(account: ProxmoxAccount): ProxmoxAccount {
  const { storage, bridge, pool } = schema.shape.proxmox.shape;
  const { adminCidr } = account;
  const wrong = [
    ...Object.entries({ storage, bridge, zone: pool, pool, imageStorage: pool }).filter(
      ([key, type]) => !type.safeParse(account[key as "pool"]).success,
    ),
    ...(adminCidr === undefined || schema.shape.network.shape.adminCidr.safeParse(adminCidr).success
      ? []
      : [["adminCidr"]]),
    ...(/^[A-Za-z0-9._-]+@[A-Za-z0-9._-]+![A-Za-z][A-Za-z0-9._-]+$/.test(account.tokenId) ? [] : [["tokenId"]]),
  ].map(([key]) => `${String(key)}: ${JSON.stringify(account[key as keyof ProxmoxAccount])}`);
  if (wrong.length === 0) return account;
  throw new WrongUse(
    `Seen ${wrong.join(", ")}. Expected names of letters, digits, dot, hyphen and underscore, a token as USER@REALM!TOKENID, and a network as ADDRESS/LENGTH.`,
  );
}

/** Prints what has to be run on Proxmox VE. Changes nothing. */
export async function setupProxmox(options: Options): Promise<number> {
  const seen = await accountOf(options.stack);
  const account = checked({
    tokenId: options.token,
    storage: options.storage ?? seen.storage ?? defaults.proxmox.storage,
    bridge: options.bridge ?? seen.bridge ?? defaults.proxmox.bridge,
    zone: options.zone,
    pool: options.pool ?? seen.pool,
    cpuType: seen.cpuType,
    imageStorage: options.imageStorage ?? seen.imageStorage,
    // Never the stack's: turning a firewall on may close a way that somebody uses.
    adminCidr: options.adminCidr,
  });
  if (!options.json) {
    print(proxmoxScript(account));
    return 0;
  }
  const grants = proxmoxGrants(account);
  printJson<"setup-proxmox">({
    version: 1,
    role: ROLE,
    privileges: grants.privileges,
    paths: grants.paths,
    tokenId: account.tokenId,
    commands: proxmoxCommands(account),
  });
  return 0;
}
