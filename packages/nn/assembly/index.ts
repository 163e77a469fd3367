export { heapBase } from "./memory";
export { sgd, adam } from "./update";
export { dropoutMask } from "./dropout";
