/**
 * `ghrunners`: the commands that an operator runs besides `pulumi`. Loaded by bin/ghrunners.cjs, or as the program
 * itself.
 */
import { endQuietlyWhenNobodyReads } from "@ghrunners/core/terminal";
import { runProgram } from "./command";
import { program } from "./commands";
import { version } from "./package.json";

endQuietlyWhenNobodyReads();
const argv = process.argv.slice(2);
// As the first word only: after a command it is that command's own option, as in `ghrunners deploy --version 2`.
if (argv[0] === "--version") console.log(version);
else
  void runProgram(program(), argv.length === 0 ? ["--help"] : argv).then((code) => {
    process.exitCode = argv.length === 0 ? 2 : code;
  });
