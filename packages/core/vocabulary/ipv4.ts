/**
 * IPv4 arithmetic for the configuration's cross-checks. Addresses are unsigned 32-bit numbers here. Node itself says
 * what an address is. Why not ipaddr.js: it also reads `0x7f.1` and `010.0.0.1`, and what is left here is two
 * divisions.
 */
import { isIPv4 } from "node:net";

export interface Subnet {
  /** First address, the network's own. */
  readonly network: number;
  /** Last address, the broadcast address. */
  readonly broadcast: number;
}

/** Dotted quad to number; undefined when it is not one (leading zeros are refused: some readers take them as octal). */
export function parseAddress(text: string): number | undefined {
  if (!isIPv4(text)) return undefined;
  return text.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** The subnet that holds an address, by prefix length (0 to 32). */
export function subnetOf(address: number, prefixLength: number): Subnet {
  const size = 2 ** (32 - prefixLength);
  const network = Math.floor(address / size) * size;
  return { network, broadcast: network + size - 1 };
}

/** `198.51.100.0/24` to a subnet; undefined when it is malformed or has bits below the prefix set. */
export function parseCidr(text: string): Subnet | undefined {
  const [address, length, ...rest] = text.split("/");
  if (address === undefined || length === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length)) return undefined;
  const value = parseAddress(address);
  if (value === undefined || Number(length) > 32) return undefined;
  const subnet = subnetOf(value, Number(length));
  return subnet.network === value ? subnet : undefined;
}

/** The largest private network is 10.0.0.0/8. */
const LARGEST_PRIVATE = 2 ** 24;

/**
 * Like {@link parseCidr}, but no larger than the largest private network, so that SSH is not opened to half of the
 * internet.
 */
export function parseNarrowCidr(text: string): Subnet | undefined {
  const subnet = parseCidr(text);
  return subnet !== undefined && subnet.broadcast - subnet.network < LARGEST_PRIVATE ? subnet : undefined;
}

/** Whether a machine may have this address: inside the subnet and neither its first nor its last address. */
export function isHostAddress(address: number, subnet: Subnet): boolean {
  return address > subnet.network && address < subnet.broadcast;
}
