// A process that takes the lock, says so and keeps it until it is ended.
import { withLock } from "@ghrunners/lab/toolchain/lock";

void withLock(
  process.argv[2] ?? "",
  () => process.stdout.write("waiting\n"),
  () =>
    new Promise<void>(() => {
      process.stdout.write("held\n");
      setInterval(() => undefined, 1000);
    }),
);
