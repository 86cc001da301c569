#!/usr/bin/env python3
"""Copies log lines of a runner host, without their secrets, into the journal namespace that this process logs to.

Follows the journal of some units and the files of a folder. Every line passes redact() before it is written anywhere.
Remembers how far it came, so a restart neither loses lines nor repeats more than the last few.

usage: redactor.py CONFIG.json   (see renderJournalUpload.ts); state in $STATE_DIRECTORY
"""
import errno
import json
import os
import re
import select
import socket
import stat
import struct
import subprocess
import sys
import time
import traceback

JOURNAL_SOCKET = "/run/systemd/journal/socket"
PAUSE_SECONDS = 0.5
# A longer line is not shipped: cutting it could split a secret into two parts that no pattern matches.
LONGEST_LINE = 64 * 1024
TOO_LONG = "[REDACTED: entry too long]"
# What is kept of one entry of the journal: the longest line, in bytes of UTF-8, and its other fields.
LONGEST_ENTRY = 8 * LONGEST_LINE
# What is kept of a name that a job may have chosen, such as a program's or a file's.
LONGEST_NAME = 200
# The runner starts a new file at 8 MiB and keeps files for 30 days.
LARGEST_FILE = 64 * 1024 * 1024
MOST_FILES = 20000
# Amount to read from one file before the next one.
ROUND_BYTES = 1024 * 1024
# Interval of keep-alive messages to systemd's watchdog.
ALIVE_SECONDS = 20
# A private key has fewer lines; after this many, a stream without an end marker is shipped again.
LONGEST_KEY_LINES = 200
# Limit, because a job can start keys in any number of streams.
MOST_OPEN_KEYS = 1000
BEGIN_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
END_KEY = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")


def unescaped(text):
    """The text with the escapes of URLs, JSON and programs undone, once."""
    return ESCAPE.sub(lambda found: chr(int(found[1] or found[2] or found[3], 16)), text)


class Redactor:
    """Replaces secrets. A private key may span several lines of a stream, so each stream has a state."""

    def __init__(self, rules, open_keys, terminal_sequences):
        self.terminal_sequences = re.compile(terminal_sequences)
        self.rules = [(re.compile(rule["pattern"]), rule["replacement"]) for rule in rules]
        self.open_keys = open_keys

    def redact(self, stream, text):
        """The text without secrets; None if all of it belongs to a private key."""
        text = self.terminal_sequences.sub("", text)
        if stream in self.open_keys:
            end = END_KEY.search(text)
            if end is None:
                self.open_keys[stream] -= 1
                if self.open_keys[stream] <= 0:
                    del self.open_keys[stream]
                return None
            del self.open_keys[stream]
            text = text[end.end():]
            if not text.strip():
                return None
        last = None
        for last in BEGIN_KEY.finditer(text):
            pass
        if last is not None and END_KEY.search(text, last.end()) is None:
            while len(self.open_keys) >= MOST_OPEN_KEYS:
                del self.open_keys[next(iter(self.open_keys))]
            self.open_keys[stream] = LONGEST_KEY_LINES
        return self.without_secrets(text)

    def without_secrets(self, text):
        plain = unescaped(text)
        # If an escape hides a secret, ship the unescaped text, redacted.
        if plain != text and self.replaced(plain) != plain:
            text = plain
        return self.replaced(text)

    def name(self, text):
        """A name that a job may have chosen: without secrets, and short."""
        return self.without_secrets(self.terminal_sequences.sub("", text[:LONGEST_LINE]))[:LONGEST_NAME]

    def report(self, kind, error, trace):
        """Python's words for an error that ends the program, line by line: they may quote what it was working on."""
        for line in "".join(traceback.format_exception(kind, error, trace)).splitlines():
            print(self.name(line), file=sys.stderr)

    def replaced(self, text):
        for pattern, replacement in self.rules:
            text = pattern.sub(lambda found: self.without_group(found, replacement), text)
        return text

    @staticmethod
    def without_group(found, replacement):
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found.group(0)[:start] + replacement + found.group(0)[end:]


class Files:
    """New whole lines of the files that a pattern matches, by inode and offset.

    Jobs can write to the folder, so every name, type and size in it is taken for a job's: nothing is followed, nothing is
    waited for, and no file keeps the others from their turn.
    """

    def __init__(self, pattern, offsets, clean):
        """clean takes the secrets out of a message: a file's name may have one, and messages are shipped too."""
        self.folder, self.suffix = os.path.dirname(pattern), os.path.basename(pattern).lstrip("*")
        self.offsets = offsets
        self.clean = clean
        self.said = set()

    def say(self, words):
        """Logs each message only once: a job could fill the journal with them."""
        if words not in self.said and len(self.said) < 100:
            self.said.add(words)
            print(self.clean(words), file=sys.stderr)

    def names(self):
        found = []
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.name.endswith(self.suffix):
                        found.append(entry.name)
                    if len(found) > MOST_FILES:
                        self.say("%s holds more than %d files, some are not shipped" % (self.folder, MOST_FILES))
                        break
        except FileNotFoundError:
            pass
        except OSError as error:
            # The folder is the jobs': one may have closed it, or put a file in its place.
            self.say("cannot read %s: %s; its files are not shipped" % (self.folder, error.strerror))
        return sorted(found)

    def lines(self):
        seen = set()
        for name in self.names():
            path = os.path.join(self.folder, name)
            try:
                status = os.lstat(path)
                if not stat.S_ISREG(status.st_mode):
                    self.say("%r is not a file and is not shipped" % path)
                    continue
                key = "%d:%d" % (status.st_dev, status.st_ino)
                seen.add(key)
                if status.st_size < abs(self.offsets.get(key, 0)):
                    self.offsets[key] = 0
                if status.st_size > LARGEST_FILE:
                    self.say("%r is larger than any file of the runner; its end is not shipped" % path)
                if min(status.st_size, LARGEST_FILE) > abs(self.offsets.get(key, 0)):
                    yield from self.read(path, key)
            except OSError as error:
                if not isinstance(error, FileNotFoundError):
                    self.say("cannot read %r: %s" % (path, error.strerror))
        for key in set(self.offsets) - seen:
            del self.offsets[key]

    def read(self, path, key):
        """A negative offset is inside a line that is too long: the rest of it is skipped."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or key != "%d:%d" % (status.st_dev, status.st_ino):
                return  # It was exchanged since it was looked at.
            offset = self.offsets.get(key, 0)
            too_long = offset < 0
            reached = file.seek(abs(offset))
            last = reached + ROUND_BYTES
            while reached < last and (piece := file.readline(LONGEST_LINE)):
                reached += len(piece)
                if piece.endswith(b"\n"):
                    yield path, None if too_long else piece
                    too_long = False
                elif len(piece) == LONGEST_LINE:
                    too_long = True
                elif not too_long:
                    return  # A line without its end is left for later.
                self.offsets[key] = -reached if too_long else reached


class Entry:
    """One entry of the journal: its fields, each with all its values."""

    def __init__(self):
        self.fields, self.size, self.is_too_long = {}, 0, False

    def add(self, name, value):
        self.size += len(value)
        if self.size > LONGEST_ENTRY:
            self.is_too_long = True
        else:
            self.fields.setdefault(name.decode("ascii", "replace"), []).append(value)

    def text(self, name):
        return b"\n".join(self.fields.get(name, [])).decode("utf-8", "replace")

    def unit(self):
        """Only systemd itself may log for a unit that it is not part of. A job can set any field without a _."""
        return self.text("_PID") == "1" and self.text("UNIT") or self.text("_SYSTEMD_UNIT")

    def priority(self):
        priority = self.text("PRIORITY")
        return priority if priority in tuple("01234567") else "6"


class Journal:
    """Entries of some units, from the cursor on.

    In the export format, because it can be read without holding a field in memory: a job may log one of any size.
    Source: systemd, Journal Export Formats.
    """

    def __init__(self, units, cursor):
        self.units, self.cursor = units, cursor
        self.rest, self.entry = bytearray(), Entry()
        # What follows belongs to a value that is too long: so many bytes, or up to the end of the line.
        self.skipped_bytes, self.skips_line = 0, False
        # --merge: otherwise following shows only this boot, and unshipped lines of an earlier one would be lost.
        command = ["journalctl", "--follow", "--merge", "--lines=all", "--all", "--output=export", "--no-pager", "--quiet"]
        command += ["--output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,UNIT,_PID"]
        if cursor:
            command.append("--after-cursor=" + cursor)
        command += ["--unit=" + unit for unit in units]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def entries(self, wait):
        ready, _, _ = select.select([self.process.stdout], [], [], wait)
        if not ready:
            return
        chunk = os.read(self.process.stdout.fileno(), 1 << 20)
        if not chunk:
            sys.exit("journalctl ended with exit code %s; expected it to follow the journal" % self.process.wait())
        self.rest += chunk
        while True:
            if self.rest[:1] == b"\n" and self.skipped_bytes == 0 and not self.skips_line:
                del self.rest[:1]
                entry, self.entry = self.entry, Entry()
                yield entry
                self.cursor = entry.text("__CURSOR") or self.cursor
            elif not self.take_field():
                return

    def take_field(self):
        """Takes one field, or a part of one that is too long, from what was read. False: more has to be read first."""
        if self.skipped_bytes > 0:
            length = min(self.skipped_bytes, len(self.rest))
            del self.rest[:length]
            self.skipped_bytes -= length
            return length > 0
        end = self.rest.find(b"\n")
        if self.skips_line:
            del self.rest[:len(self.rest) if end < 0 else end + 1]
            self.skips_line = end < 0
            return not self.skips_line
        if end < 0:
            if len(self.rest) > LONGEST_ENTRY:
                self.entry.is_too_long = self.skips_line = True
            return self.skips_line
        name, equals, value = bytes(self.rest[:end]).partition(b"=")
        after = end + 1
        if name and not equals:
            # NAME, a line end, the length in eight bytes, the value, a line end.
            if len(self.rest) < after + 8:
                return False
            length = struct.unpack_from("<Q", self.rest, after)[0]
            if length > LONGEST_ENTRY:
                self.entry.is_too_long = True
                del self.rest[:after + 8]
                self.skipped_bytes = length + 1
                return True
            if len(self.rest) < after + 8 + length + 1:
                return False
            value = bytes(self.rest[after + 8:after + 8 + length])
            after += 8 + length + 1
        if name:
            self.entry.add(name, value)
        del self.rest[:after]
        return True


def encode(fields):
    """Fields in the journal's native protocol."""
    parts = []
    for name, value in fields.items():
        data = value.encode("utf-8", "replace")
        if b"\n" in data:
            parts.append(name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n")
        else:
            parts.append(name.encode() + b"=" + data + b"\n")
    return b"".join(parts)


class Watchdog:
    """Tells systemd that lines are still being read: a redactor that hangs ships nothing and reports nothing."""

    def __init__(self):
        self.address, self.told = os.environ.get("NOTIFY_SOCKET", ""), 0.0

    def alive(self):
        now = time.monotonic()
        if self.address and now - self.told >= ALIVE_SECONDS:
            self.told = now
            address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
                notify.sendto(b"WATCHDOG=1", address)


class Writer:
    def __init__(self, path, labels):
        self.labels = labels
        self.path = path
        self.socket = None

    def write(self, **fields):
        message = encode({**self.labels, **fields})
        while True:
            try:
                if self.socket is None:
                    self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                    self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 * LONGEST_LINE)
                    self.socket.connect(self.path)
                self.socket.send(message)
                return
            except OSError as error:
                if error.errno == errno.EMSGSIZE and fields["MESSAGE"] != TOO_LONG:
                    return self.write(**{**fields, "MESSAGE": TOO_LONG})
                # journald is being restarted: nothing is lost, retry this line.
                print("the journal accepts nothing: %s" % error.strerror, file=sys.stderr)
                if self.socket is not None:
                    self.socket.close()
                self.socket = None
                time.sleep(PAUSE_SECONDS)


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
            return state if isinstance(state, dict) else {}
    except (FileNotFoundError, ValueError):
        return {}


def save(path, state):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.replace(path + ".new", path)


def main(config_file):
    with open(config_file, encoding="utf-8") as file:
        config = json.load(file)
    state_file = os.path.join(os.environ["STATE_DIRECTORY"], "state.json")
    state = load(state_file)
    open_keys, offsets = state.get("keys", {}), state.get("offsets", {})
    redactor = Redactor(config["redactions"], open_keys, config["terminalSequences"])
    sys.excepthook = redactor.report
    watchdog = Watchdog()
    journal = Journal(config["units"], state.get("cursor"))
    files = Files(config["files"], offsets, redactor.name)
    writer = Writer(config.get("socket", JOURNAL_SOCKET), config["labels"])
    runner_unit = config["units"][0]
    saved = None
    while True:
        for entry in journal.entries(PAUSE_SECONDS):
            text = entry.text("MESSAGE")
            message = TOO_LONG
            if not entry.is_too_long and len(text) <= LONGEST_LINE:
                message = redactor.redact("%s %s" % (entry.unit(), entry.text("_PID")), text)
            if message is not None:
                writer.write(
                    MESSAGE=message,
                    PRIORITY=entry.priority(),
                    SYSLOG_IDENTIFIER=redactor.name(entry.text("SYSLOG_IDENTIFIER")) or "journal",
                    GHRUNNERS_UNIT=entry.unit() or runner_unit,
                    GHRUNNERS_SOURCE_USEC=entry.text("__REALTIME_TIMESTAMP"),
                )
            watchdog.alive()
        for path, line in files.lines():
            watchdog.alive()
            if line is None:
                message = "[REDACTED: line too long]"
            else:
                message = redactor.redact(path, line.decode("utf-8", "replace").rstrip("\r\n"))
            if message:
                writer.write(
                    MESSAGE=message,
                    PRIORITY="6",
                    SYSLOG_IDENTIFIER=redactor.name(os.path.basename(path)),
                    GHRUNNERS_UNIT=runner_unit,
                )
        watchdog.alive()
        now = json.dumps([journal.cursor, offsets, open_keys])
        if now != saved:
            try:
                save(state_file, {"cursor": journal.cursor, "offsets": offsets, "keys": open_keys})
                saved = now
            except OSError as error:
                # On a full disk lines are shipped all the same, and the next round tries again.
                files.say("cannot write %s: %s" % (state_file, error.strerror))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: redactor.py CONFIG.json")
    main(sys.argv[1])
