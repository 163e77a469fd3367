import { AumentoError, show } from "../errors.ts";
import type { Json } from "../op.ts";

/** Where a value stands, for messages: "Rotate.limit". */
export type Where = string;

/**
 * One parameter of a transform: its TypeScript types (what may be given, what the transform reads), its check, and
 * its form in JSON, all from one place.
 */
export interface Field<Input, Value> {
  /** Undefined for a required parameter. Given in the form a caller would use. */
  readonly default: Input | undefined;
  readonly required: boolean;
  /** What is expected, in words, for messages and documentation. */
  readonly expected: string;
  /** What the parameter does. */
  readonly doc: string;
  /** Facts a user interface needs to draw a control. */
  readonly control: Control;
  /** Checks what came (from a caller or from JSON) and brings it to its one canonical form; throws otherwise. */
  parse(value: unknown, where: Where): Value;
  /** The canonical form as Albumentations writes it. */
  toJson(value: Value): Json;
}

/** What kind of input a parameter is, with its limits. */
export interface Control {
  readonly kind: "number" | "range" | "boolean" | "choice" | "colour" | "list" | "other";
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
  readonly choices?: readonly string[];
}

/** The schema of a transform: parameter name (camelCase) to field. */
// biome-ignore lint/suspicious/noExplicitAny: a schema's fields differ in both type arguments, in and out positions
export type Schema = Readonly<Record<string, Field<any, any>>>;

type InputOf<F> = F extends Field<infer Input, infer _Value> ? Input : never;
type ValueOf<F> = F extends Field<infer _Input, infer Value> ? Value : never;
type RequiredNames<S extends Schema> = {
  [Name in keyof S]: S[Name] extends { readonly required: true } ? Name : never;
}[keyof S];

/** What a caller may pass: required parameters, and the rest optionally. */
export type Options<S extends Schema> = { [Name in RequiredNames<S>]: InputOf<S[Name]> } & {
  [Name in Exclude<keyof S, RequiredNames<S>>]?: InputOf<S[Name]>;
};

/** Whether a transform can be made without options. */
export type HasRequired<S extends Schema> = [RequiredNames<S>] extends [never] ? false : true;

/** What `sample` reads: every parameter, in canonical form. */
export type Values<S extends Schema> = { [Name in keyof S]: ValueOf<S[Name]> };

/** Throws the one kind of error a bad parameter causes. */
export function reject(where: Where, expected: string, value: unknown): never {
  throw new AumentoError("invalid-parameter", `${where}: expected ${expected}, got ${show(value)}`);
}

/** Settings every field has. */
export interface Common<Input> {
  default?: Input;
  doc?: string;
}

type Missing<Given> = Given extends { default: unknown } ? false : true;

/** A field that is required exactly when its options name no default. */
export type FieldFor<Input, Value, Given> = Field<Input, Value> & { readonly required: Missing<Given> };

export function makeField<Input, Value, Given extends Common<Input>>(
  given: Given,
  rest: Pick<Field<Input, Value>, "expected" | "control" | "parse" | "toJson">,
): FieldFor<Input, Value, Given> {
  return {
    ...rest,
    default: given.default,
    required: !("default" in given),
    doc: given.doc ?? "",
  } as FieldFor<Input, Value, Given>; // the type of `required` states the same condition
}
