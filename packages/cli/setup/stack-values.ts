import { existsSync, readFileSync } from "node:fs";
import { WrongUse } from "../command";
import { currentStack, stackFile } from "../pulumi/stack";
import { parseStackDocument, settingsIn } from "../pulumi/stack-document";

/**
 * Settings of the stack's file, as they stand there. A stack that no one typed need not exist yet, nor Pulumi: who sets
 * up their first stack has often put its name into PULUMI_STACK before.
 * @param named by --stack or PULUMI_STACK
 * @throws WrongUse where a stack is named by --stack and has no file
 */
export async function stackValues(named: string | undefined): Promise<ReturnType<typeof settingsIn>> {
  const found = currentStack(named);
  const stack = await (named === undefined ? found.catch(() => undefined) : found);
  const file = stack && stackFile(stack);
  if (file !== undefined && existsSync(file)) return settingsIn(parseStackDocument(readFileSync(file, "utf8"), file));
  if (named === undefined || named === process.env.PULUMI_STACK) return {};
  throw new WrongUse(`Seen no file of the stack ${named}. Expected ${file}. Next: the same command without --stack`);
}
