import type * as nn from "@aumento/nn";
import { OptionError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { findGenerators, learnedClass, openGenerator } from "./generators.ts";

/** A generator, and the class to ask it for; undefined: it is not asked. */
export interface Chosen {
  generator: nn.Generator;
  className: string | undefined;
}

function refuseClass(className: string, model: string, knows: string, names: readonly string[]): never {
  const hint = didYouMean(className, names);
  throw new OptionError((called) => `${called("className")} ${className}: ${model} ${knows}${hint}`);
}

/** The class to ask a generator for, checked against those that it learned. */
function classToAsk(
  generator: nn.Generator,
  className: string | undefined,
  model: string,
): string | undefined {
  if (className === undefined) return undefined;
  const { classes, classNames = [] } = generator.facts;
  if (classes > 0) {
    if (classNames.includes(className)) return className;
    refuseClass(className, model, `was trained on ${classNames.join(", ")}`, classNames);
  }
  // A generator of one class draws nothing else, so that it is not asked for it.
  const own = learnedClass(generator);
  if (own === className) return undefined;
  if (own !== null) refuseClass(className, model, `was trained on ${own} only`, [own]);
  refuseClass(className, model, "was trained without classes (gan train --conditional learns them)", []);
}

/** The one generator that is meant, loaded, and the class to ask it for. */
export async function chooseGenerator(model: string, className: string | undefined): Promise<Chosen> {
  const { files, single } = await findGenerators(model);
  if (single) {
    const generator = await openGenerator(files.get("")!);
    try {
      return { generator, className: classToAsk(generator, className, model) };
    } catch (error) {
      await generator.close();
      throw error;
    }
  }
  const names = [...files.keys()];
  if (className === undefined) {
    throw new OptionError(
      (called) => `${model} holds generators of ${names.join(", ")}: say which with ${called("className")}`,
    );
  }
  const file = files.get(className);
  if (file === undefined) {
    const known = didYouMean(className, names) || `; there are: ${names.join(", ")}`;
    throw new OptionError(
      (called) => `${called("className")}: ${model} holds no generator of "${className}"${known}`,
    );
  }
  // A generator of one class is not asked for it by name.
  return { generator: await openGenerator(file), className: undefined };
}
