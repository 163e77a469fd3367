import { randomRotate90 } from "../../src/transforms/random-rotate-90.ts";
import { transformCase } from "./case.ts";

export default transformCase(randomRotate90, [randomRotate90({ p: 1 })]);
