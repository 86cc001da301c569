export { ensureToolchain, programsFolder, type EnsureOptions } from "./ensure";
export { toolchainEnvironment } from "./environment";
export { ToolchainError } from "./errors";
export type { PartOrigin, ToolchainPart, Toolchain } from "./manifest";
