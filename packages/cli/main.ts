/**
 * `ghrunners`: the commands that an operator runs besides `pulumi`. Loaded by bin/ghrunners.cjs, or as the program
 * itself.
 */
import { endQuietlyWhenNobodyReads } from "@ghrunners/core/terminal";
import { runProgram } from "./command";
import { program } from "./commands";

endQuietlyWhenNobodyReads();
const argv = process.argv.slice(2);
void runProgram(program(), argv.length === 0 ? ["--help"] : argv).then((code) => {
  process.exitCode = argv.length === 0 ? 2 : code;
});
