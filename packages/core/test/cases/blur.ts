import { blur } from "../../src/transforms/blur.ts";
import { transformCase } from "./case.ts";

export default transformCase(blur, [
  blur({ p: 1 }),
  blur({ blurLimit: [21, 21], p: 1 }),
  blur({ blurLimit: 4, p: 1 }),
]);
