/** A program of the node's shell: sends its words to the emulated node, and prints what that answers. */
"use strict";
const http = require("node:http");

const request = http.request(
  { socketPath: process.env.LAB_PROXMOX_SOCKET, method: "POST", path: "/_lab/shell" },
  (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    response.on("end", () => {
      const { code = 255, stdout = "", stderr = `${text}\n` } = response.statusCode === 200 ? JSON.parse(text) : {};
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      process.exitCode = code;
    });
  },
);
request.on("error", (error) => {
  process.stderr.write(`The lab's node does not answer: ${error.message}\n`);
  process.exitCode = 255;
});
request.end(JSON.stringify({ line: process.argv.slice(2) }));
