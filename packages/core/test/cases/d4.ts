import { d4 } from "../../src/transforms/d4.ts";
import { transformCase } from "./case.ts";

export default transformCase(d4, [d4({ p: 1 })]);
