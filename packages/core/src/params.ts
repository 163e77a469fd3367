/** The schema language for the parameters of transforms. */
export type { Control, Field, HasRequired, Options, Schema, Values } from "./params/field.ts";
export {
  boolean,
  choice,
  fill,
  integer,
  list,
  named,
  nullable,
  number,
  type Range,
  range,
} from "./params/fields.ts";
