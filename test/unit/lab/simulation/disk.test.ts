import assert from "node:assert/strict";
import { Disk } from "@ghrunners/lab/simulation/disk";
import { RandomStream } from "@ghrunners/lab/simulation/random";

const text = (disk: Disk, file: string): string | undefined => disk.find(file, true)?.content.toString();

/** What a power cut leaves of a disk, over many of them. */
function afterPowerCuts(isLoose: boolean, prepare: (disk: Disk) => void, look: (disk: Disk) => unknown): Set<unknown> {
  const seen = new Set<unknown>();
  for (let seed = 0; seed < 100; seed += 1) {
    const disk = new Disk(() => 0);
    disk.isLoose = isLoose;
    for (const folder of ["/a", "/b"]) disk.create(folder, "folder", 0o755);
    disk.flushAll();
    prepare(disk);
    disk.losePower(new RandomStream(seed, "power"));
    seen.add(look(disk));
  }
  return seen;
}

const write = (disk: Disk, file: string, content: string): void =>
  disk.write(disk.find(file, false) ?? disk.create(file, "file", 0o644), Buffer.from(content), file);
const flush = (disk: Disk, file: string): void => disk.flush(disk.find(file, true) as never, file);

describe("a simulated disk", () => {
  it("keeps what was flushed, name and content", () => {
    const whole = afterPowerCuts(
      true,
      (disk) => {
        write(disk, "/a/new", "content");
        flush(disk, "/a/new");
        disk.rename("/a/new", "/a/file");
        flush(disk, "/a");
      },
      (disk) => text(disk, "/a/file"),
    );
    assert.deepEqual([...whole], ["content"]);
  });

  it("loses or tears a content that was not flushed, also of a file whose name was", () => {
    const seen = afterPowerCuts(
      false,
      (disk) => {
        write(disk, "/a/file", "content");
        flush(disk, "/a");
      },
      (disk) => text(disk, "/a/file"),
    );
    assert.ok(seen.has("") && seen.has("content") && seen.size > 4, [...seen].join(", "));
  });

  it("takes a rename back that was not flushed, whole", () => {
    const seen = afterPowerCuts(
      false,
      (disk) => {
        for (const file of ["/a/file", "/a/new"]) write(disk, file, file);
        disk.flushAll();
        disk.rename("/a/new", "/a/file");
      },
      (disk) => `${text(disk, "/a/file")} ${text(disk, "/a/new")}`,
    );
    assert.deepEqual([...seen].sort(), ["/a/file /a/new", "/a/new undefined"]);
  });

  it("keeps names in order, or each folder's for itself", () => {
    const prepare = (disk: Disk): void => {
      write(disk, "/a/first", "");
      write(disk, "/b/second", "");
      flush(disk, "/b");
    };
    const first = (disk: Disk): unknown => disk.find("/a/first", false) !== undefined;
    assert.deepEqual([...afterPowerCuts(false, prepare, first)], [true]);
    assert.deepEqual([...afterPowerCuts(true, prepare, first)].sort(), [false, true]);
  });

  it("has no room while it is full, but for what is removed", () => {
    const disk = new Disk(() => 0);
    write(disk, "/reserve", "x".repeat(10_000));
    disk.fill(0);
    assert.throws(() => write(disk, "/other", "y"), { code: "ENOSPC" });
    disk.unlink("/reserve");
    write(disk, "/other", "y");
    assert.equal(text(disk, "/other"), "y");
  });

  it("refuses every change while it is read-only", () => {
    const disk = new Disk(() => 0);
    write(disk, "/file", "x");
    disk.troubles.readOnly = true;
    for (const change of [
      () => disk.unlink("/file"),
      () => disk.rename("/file", "/b"),
      () => write(disk, "/file", "y"),
    ])
      assert.throws(change, { code: "EROFS" });
  });
});
