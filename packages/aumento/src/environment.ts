import { availableParallelism } from "node:os";
import { packageVersion } from "./version.ts";

/** What a result says of the machine it was made on. */
export const describeEnvironment = () => ({
  aumento: packageVersion(),
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  processors: availableParallelism(),
});
