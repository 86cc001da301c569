import path from "node:path";

/** The folder of this checkout: where `Pulumi.yaml`, the stack files and the workflows are. */
export const projectRoot = path.resolve(__dirname, "../..");
