export { buildDistributions, distributionsFolder, type Distribution, type Distributions } from "./build";
