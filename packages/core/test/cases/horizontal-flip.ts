import { horizontalFlip } from "../../src/transforms/horizontal-flip.ts";
import { transformCase } from "./case.ts";

export default transformCase(horizontalFlip, [horizontalFlip({ p: 1 })]);
