import assert from "node:assert/strict";
import fc from "fast-check";
import { formatAddress, isHostAddress, parseAddress, parseCidr, subnetOf } from "@ghrunners/core/vocabulary/ipv4";

const addresses = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const prefixes = fc.integer({ min: 0, max: 32 });

describe("IPv4 arithmetic", () => {
  it("reads what it writes", () => {
    fc.assert(fc.property(addresses, (value) => parseAddress(formatAddress(value)) === value));
  });

  it("reads no other text", () => {
    for (const text of ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-1", "1.2.3.4 ", "a.b.c.d"]) {
      assert.equal(parseAddress(text), undefined, text);
    }
  });

  it("puts every address between the first and the last of its subnet", () => {
    fc.assert(
      fc.property(addresses, prefixes, (value, length) => {
        const { network, broadcast } = subnetOf(value, length);
        return network <= value && value <= broadcast && broadcast - network + 1 === 2 ** (32 - length);
      }),
    );
  });

  it("gives hosts neither the first nor the last address", () => {
    fc.assert(
      fc.property(addresses, fc.integer({ min: 8, max: 30 }), (value, length) => {
        const subnet = subnetOf(value, length);
        return isHostAddress(value, subnet) === (value !== subnet.network && value !== subnet.broadcast);
      }),
    );
  });

  it("takes a network only without bits below the prefix", () => {
    fc.assert(
      fc.property(addresses, prefixes, (value, length) => {
        const subnet = parseCidr(`${formatAddress(value)}/${length}`);
        return (subnet !== undefined) === (subnetOf(value, length).network === value);
      }),
    );
    for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0/x"])
      assert.equal(parseCidr(text), undefined);
  });
});
