import { transpose } from "../../src/transforms/transpose.ts";
import { transformCase } from "./case.ts";

export default transformCase(transpose, [transpose({ p: 1 })]);
