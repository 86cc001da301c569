#!/usr/bin/env python3
"""Copies log lines of a runner host, without their secrets, into the journal namespace that this process logs to.

Follows the journal of some units and the files of a folder. Every line passes redact() before it is written anywhere.
Remembers how far it came, so a restart neither loses lines nor repeats more than the last few.

usage: redactor.py CONFIG.json   (see renderJournalUpload.ts); state in $STATE_DIRECTORY
"""
import glob
import json
import os
import re
import select
import socket
import struct
import subprocess
import sys
import time

JOURNAL_SOCKET = "/run/systemd/journal/socket"
PAUSE_SECONDS = 0.5
# A longer line is not shipped: cutting it could cut a secret in two, and neither half would be known.
LONGEST_LINE = 256 * 1024
# A private key has fewer lines; a stream that never ends its key goes on after as many.
LONGEST_KEY_LINES = 200
BEGIN_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
END_KEY = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY-----")


class Redactor:
    """Replaces secrets. A private key may spread over the lines of one stream, so each stream has a memory."""

    def __init__(self, rules, open_keys):
        self.rules = [(re.compile(rule["pattern"]), rule["replacement"]) for rule in rules]
        self.open_keys = open_keys

    def redact(self, stream, text):
        """The text without secrets; None when the whole of it belongs to a private key."""
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
            self.open_keys[stream] = LONGEST_KEY_LINES
        for pattern, replacement in self.rules:
            text = pattern.sub(lambda found: self.without_group(found, replacement), text)
        return text

    @staticmethod
    def without_group(found, replacement):
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found.group(0)[:start] + replacement + found.group(0)[end:]


class Files:
    """New whole lines of the files that a pattern matches, by inode and offset."""

    def __init__(self, pattern, offsets):
        self.pattern, self.offsets = pattern, offsets

    def lines(self):
        seen = set()
        for path in sorted(glob.glob(self.pattern)):
            try:
                status = os.stat(path)
                key = "%d:%d" % (status.st_dev, status.st_ino)
                seen.add(key)
                offset = self.offsets.get(key, 0)
                if status.st_size < offset:
                    offset = 0
                if status.st_size > offset:
                    yield from self.read(path, key, offset)
            except OSError as error:
                if not isinstance(error, FileNotFoundError):
                    print("cannot read %s: %s" % (path, error.strerror), file=sys.stderr)
        for key in set(self.offsets) - seen:
            del self.offsets[key]

    def read(self, path, key, offset):
        with open(path, "rb") as file:
            file.seek(offset)
            too_long = False
            while piece := file.readline(LONGEST_LINE):
                if not piece.endswith(b"\n"):
                    if len(piece) < LONGEST_LINE:
                        return  # A line without its end is left for later.
                    too_long = True
                    continue
                yield path, None if too_long else piece
                too_long = False
                self.offsets[key] = file.tell()


class Journal:
    """Entries of some units, from the cursor on."""

    def __init__(self, units, cursor):
        self.units, self.cursor, self.rest = units, cursor, b""
        # --merge: following shows this boot alone otherwise, and what an earlier one left unshipped would be lost.
        command = ["journalctl", "--follow", "--merge", "--lines=all", "--all", "--output=json", "--no-pager", "--quiet"]
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
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            entry = json.loads(line)
            yield entry
            self.cursor = entry["__CURSOR"]


def text_of(value):
    """A field of the journal's JSON: text, bytes as numbers, several values, or null when there is none."""
    if isinstance(value, list):
        if all(isinstance(item, int) for item in value):
            return bytes(value).decode("utf-8", "replace")
        return "\n".join(text_of(item) for item in value)
    return value or ""


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
                # journald is being restarted: nothing is lost, this line waits.
                print("the journal takes nothing: %s" % error.strerror, file=sys.stderr)
                if self.socket is not None:
                    self.socket.close()
                self.socket = None
                time.sleep(PAUSE_SECONDS)


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
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
    redactor = Redactor(config["redactions"], open_keys)
    journal = Journal(config["units"], state.get("cursor"))
    files = Files(config["files"], offsets)
    writer = Writer(config.get("socket", JOURNAL_SOCKET), config["labels"])
    runner_unit = config["units"][0]
    saved = None
    while True:
        for entry in journal.entries(PAUSE_SECONDS):
            unit = text_of(entry.get("UNIT")) or text_of(entry.get("_SYSTEMD_UNIT"))
            message = redactor.redact("%s %s" % (unit, text_of(entry.get("_PID"))), text_of(entry.get("MESSAGE")))
            if message is not None:
                writer.write(
                    MESSAGE=message if len(message) <= LONGEST_LINE else "[REDACTED: entry too long]",
                    PRIORITY=text_of(entry.get("PRIORITY")) or "6",
                    SYSLOG_IDENTIFIER=text_of(entry.get("SYSLOG_IDENTIFIER")) or "journal",
                    GHRUNNERS_UNIT=unit,
                    GHRUNNERS_SOURCE_USEC=text_of(entry.get("__REALTIME_TIMESTAMP")),
                )
        for path, line in files.lines():
            if line is None:
                message = "[REDACTED: line too long]"
            else:
                message = redactor.redact(path, line.decode("utf-8", "replace").rstrip("\r\n"))
            if message:
                writer.write(
                    MESSAGE=message,
                    PRIORITY="6",
                    SYSLOG_IDENTIFIER=os.path.basename(path),
                    GHRUNNERS_UNIT=runner_unit,
                )
        now = json.dumps([journal.cursor, offsets, open_keys])
        if now != saved:
            save(state_file, {"cursor": journal.cursor, "offsets": offsets, "keys": open_keys})
            saved = now


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: redactor.py CONFIG.json")
    main(sys.argv[1])
