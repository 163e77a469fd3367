import { invertImg } from "../../src/transforms/invert-img.ts";
import { transformCase } from "./case.ts";

export default transformCase(invertImg, [invertImg({ p: 1 })]);
