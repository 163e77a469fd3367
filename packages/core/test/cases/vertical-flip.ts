import { verticalFlip } from "../../src/transforms/vertical-flip.ts";
import { transformCase } from "./case.ts";

export default transformCase(verticalFlip, [verticalFlip({ p: 1 })]);
