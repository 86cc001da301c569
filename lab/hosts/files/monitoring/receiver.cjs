/**
 * Stands in for the on-call service: a webhook receiver of Alertmanager (webhook_config) that appends each notification
 * to a file, one JSON object a line, with the time at which it came. Runs on Debian's nodejs.
 *
 * usage: receiver.cjs FILE HOST:PORT
 *   POST /notifications          one notification of Alertmanager
 *   GET  /notifications?since=N  those after the N-th, as a JSON list; each has its number in "seq"
 */
"use strict";
const fs = require("node:fs");
const http = require("node:http");

const [file, listen] = process.argv.slice(2);
const { hostname, port } = new URL(`tcp://${listen}`);
const limitBytes = 4 * 2 ** 20;

const parsed = (line) => {
  try {
    return [JSON.parse(line)];
  } catch {
    return []; // A line that a power cut tore.
  }
};
const kept = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").flatMap(parsed) : [];
// A torn last line must not swallow the next one.
if (kept.length > 0) fs.appendFileSync(file, "\n");

function receive(request, response) {
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size > limitBytes) request.destroy();
    else chunks.push(chunk);
  });
  request.on("end", () => {
    try {
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const entry = { seq: kept.length + 1, at: new Date().toISOString(), ...body };
      fs.appendFileSync(file, `${JSON.stringify(entry)}\n`);
      kept.push(entry);
      response.writeHead(200).end();
    } catch (error) {
      // Alertmanager tries again after a 5xx, so nothing is lost when the disk is full for a while.
      response.writeHead(error instanceof SyntaxError ? 400 : 500).end(String(error));
    }
  });
}

http
  .createServer((request, response) => {
    const url = new URL(request.url, "http://receiver");
    if (url.pathname !== "/notifications") return void response.writeHead(404).end();
    if (request.method === "POST") return receive(request, response);
    const since = Number(url.searchParams.get("since") ?? 0);
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(kept.filter(({ seq }) => seq > since)));
  })
  .listen(Number(port), hostname);
