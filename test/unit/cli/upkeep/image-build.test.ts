import assert from "node:assert/strict";
import { judgeImage, newerBuilds, locationOf, sumOf } from "@ghrunners/cli/upkeep/image-build";
import { textReader } from "@ghrunners/cli/upkeep/read-published";

const base = "https://images.example/trixie/";
const fileOf = (build: string): string => `debian-13-genericcloud-amd64-${build}.qcow2`;
const image = (build = "20260601-2500") => ({ url: `${base}${build}/${fileOf(build)}`, checksum: "0".repeat(128) });
const list = (...builds: string[]): string =>
  ["../", "latest/", ...builds.map((build) => `${build}/`)].map((name) => `<a href="${name}">${name}</a>`).join("\n");
const sums = (build: string, digits = 128): string =>
  `${"1".repeat(digits)}  debian-13-generic-amd64-${build}.qcow2\n${"a".repeat(digits)}  ${fileOf(build)}\n`;

/** A publisher with these texts; what was asked is in `asked`. */
function publisher(texts: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const read = async (url: string): Promise<string | undefined> => {
    asked.push(url.slice(base.length));
    return texts[url.slice(base.length)];
  };
  return { asked, read };
}

describe("the build of a cloud image", () => {
  it("is the dated folder of its address", () => {
    assert.deepEqual(locationOf(image().url), { base, build: "20260601-2500", file: fileOf("20260601-2500") });
    assert.equal(locationOf(`${base}20260601/noble-server-cloudimg-amd64.img`)?.build, "20260601");
    assert.equal(locationOf(`${base}24.04/release-20260601/ubuntu.img`)?.build, "release-20260601");
    for (const url of [`${base}latest/debian.qcow2`, "https://images.example/debian-20260601.qcow2"])
      assert.equal(locationOf(url), undefined, url);
  });

  it("is older than builds with a later date or number, the newest first", () => {
    const shown = list("20260601-2499", "20260601-2500", "20260601-2501", "20260702-2526", "20251231-9999");
    assert.deepEqual(newerBuilds(shown, "20260601-2500"), ["20260702-2526", "20260601-2501"]);
    assert.deepEqual(newerBuilds(list("20260601.1", "20260601"), "20260601"), ["20260601.1"]);
    const releases = list("release", "release-20260515", "release-20260702");
    assert.deepEqual(newerBuilds(releases, "release-20260601"), ["release-20260702"]);
  });

  it("has its checksum in the publisher's list, under its exact name", () => {
    assert.equal(sumOf(sums("20260702-2526"), fileOf("20260702-2526")), "a".repeat(128));
    assert.equal(sumOf(`${"b".repeat(64)} *noble.img\n`, "noble.img"), "b".repeat(64));
    assert.equal(sumOf(sums("20260702-2526"), "debian.qcow2"), undefined);
  });

  it("is raised to the newest one that is complete", async () => {
    const { asked, read } = publisher({
      "": list("20260601-2500", "20260702-2526", "20260801-2600"),
      "20260702-2526/SHA512SUMS": sums("20260702-2526"),
      "20260801-2600/SHA512SUMS": "",
    });
    const { item, settings } = await judgeImage(image(), undefined, read);
    assert.deepEqual([item.state, item.now, item.newest, item.due], ["newer", "20260601-2500", "20260702-2526", null]);
    assert.equal(item.source, `${base}20260702-2526/SHA512SUMS`);
    assert.deepEqual(settings, { proxmox: { image: { ...image("20260702-2526"), checksum: "a".repeat(128) } } });
    assert.deepEqual(asked, ["", "20260801-2600/SHA512SUMS", "20260801-2600/SHA256SUMS", "20260702-2526/SHA512SUMS"]);
  });

  it("is current where the list has none that is newer", async () => {
    const { item, settings } = await judgeImage(image(), undefined, publisher({ "": list("20260601-2500") }).read);
    assert.deepEqual([item.state, item.newest, settings], ["current", "20260601-2500", undefined]);
  });

  it("is raised with its SHA-256 where the publisher gives no other, as Ubuntu does", async () => {
    const { read } = publisher({ "": list("20260702-2526"), "20260702-2526/SHA256SUMS": sums("20260702-2526", 64) });
    const { item, settings } = await judgeImage(image(), undefined, read);
    assert.deepEqual([item.state, item.newest], ["newer", "20260702-2526"]);
    assert.equal(item.source, `${base}20260702-2526/SHA256SUMS`);
    assert.deepEqual(settings, { proxmox: { image: { ...image("20260702-2526"), checksum: "a".repeat(64) } } });
  });

  it("is not raised to one whose list has another kind of checksum than its name says", async () => {
    const { read } = publisher({ "": list("20260702-2526"), "20260702-2526/SHA512SUMS": sums("20260702-2526", 64) });
    assert.equal((await judgeImage(image(), undefined, read)).item.state, "current");
  });

  it("is not watched for a template made by hand, or an address without a date", async () => {
    const { asked, read } = publisher({});
    const template = await judgeImage(undefined, 9000, read);
    assert.deepEqual([template.item.state, /^Template 9000 /.test(template.item.note ?? "")], ["unwatched", true]);
    const undated = await judgeImage({ ...image(), url: `${base}latest/debian.qcow2` }, undefined, read);
    assert.deepEqual([undated.item.state, asked], ["unwatched", []]);
  });

  it("is unknown where the publisher does not answer, or has no list", async () => {
    const missing = await judgeImage(image(), undefined, publisher({}).read);
    assert.deepEqual(
      [missing.item.state, missing.item.note],
      ["unknown", `${base} is not there (404). Expected the list of the builds.`],
    );
    const gone = Object.assign(new Error("fetch failed"), { cause: { code: "ENOTFOUND" } });
    const read = textReader(async () => Promise.reject(gone));
    const { item } = await judgeImage(image(), undefined, read);
    assert.deepEqual([item.state, /does not answer \(ENOTFOUND\)/.test(item.note ?? "")], ["unknown", true]);
  });
});

describe("a text of a publisher", () => {
  const answering = (...parts: ConstructorParameters<typeof Response>) =>
    textReader(async () => new Response(...parts));
  it("is read whole, is nothing for 404, and an error for what is no success or too long", async () => {
    assert.equal(await answering("list")(base), "list");
    assert.equal(await answering("", { status: 404 })(base), undefined);
    await assert.rejects(answering("", { status: 503 })(base), /answers 503\. Expected 200\. Next: /);
    await assert.rejects(answering("x".repeat(2 ** 23 + 1))(base), /has more than 8388608 bytes/);
  });
});
