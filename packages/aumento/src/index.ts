/**
 * Image augmentation and training: `A` says what may vary in pictures, `data` makes batches of them, `nn`
 * trains networks on them.
 */
export * as A from "@aumento/core";
export * as data from "@aumento/data";
export * as nn from "@aumento/nn";
