export { buildDistributions, type Distribution, type Distributions } from "./build";
