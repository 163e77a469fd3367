import { count, duration } from "../format.ts";
import type { GanResult } from "./result.ts";

type Described = Omit<GanResult, "answer">;

/** What the networks learned to draw, in words: "rose pictures", "pictures of 5 classes". */
function subjectOf({ settings, data }: Pick<Described, "settings" | "data">): string {
  if (settings.className !== null) return `${settings.className} pictures`;
  if (settings.conditional) return `pictures of ${count(data.classNames.length, "class", "classes")}`;
  return "pictures";
}

function headline(result: Described): string {
  const { settings, status, steps } = result;
  const what = `${settings.size}×${settings.size} ${subjectOf(result)}`;
  if (steps === 0 && status === "stopped")
    return `Stopped before the first step: there is no generator of ${what} yet.`;
  if (steps === 0)
    return `The training of ${what} ${status} before it had a good state: there is no generator.`;
  const done = `after ${count(steps, "step")}`;
  if (status === "collapsed") return `The generator of ${what} collapsed; the state ${done} is kept.`;
  if (status === "diverged")
    return `The training of ${what} diverged; the last good state, ${done}, is kept.`;
  if (status === "saturated")
    return `The generator of ${what} learns no more; the last good state, ${done}, is kept.`;
  if (status === "stopped") return `A generator of ${what}, stopped ${done}.`;
  return `A generator of ${what} ${done}.`;
}

/** How far the two networks hold each other, from the last tenth of the training. */
function balance({ history }: Described): string | null {
  const last = history.slice(-Math.max(1, Math.floor(history.length / 10)));
  if (last.length === 0) return null;
  const mean = (measure: "real" | "generated") =>
    last.reduce((sum, point) => sum + point[measure], 0) / last.length;
  const [real, generated] = [mean("real"), mean("generated")];
  const figures = `At the end the discriminator calls real pictures real with ${real.toFixed(2)} and generated ones with ${generated.toFixed(2)}`;
  if (real - generated > 0.8)
    return `${figures}: it tells them apart nearly always, and the generator learns little from it any more. More pictures, all kinds of --diff-augment, or --normalization spectral may help.`;
  if (real - generated < 0.05)
    return `${figures}: it hardly tells them apart. That is what is hoped for where the samples are good, and a weak discriminator where they are not: look at them.`;
  return `${figures}: neither network has won.`;
}

/** Steps that were taken in vain after the state that is kept. */
function afterTheKept({ history, steps }: Described): string | null {
  const last = history.at(-1);
  if (last === undefined || last.step <= steps) return null;
  return `The curves go on to step ${last.step.toLocaleString("en-US")} and show what went wrong; networks and grids are those of step ${steps.toLocaleString("en-US")} and before.`;
}

/** The result in plain words: the headline first, then one sentence group a paragraph. */
export function describeGan(result: Described): string[] {
  const { data, seconds, steps, events } = result;
  const learned = `Learned from ${count(data.pictures, "picture")} in ${duration(seconds)}${steps > 0 ? ` (${count(steps, "step")}, ${((seconds / steps) * 1000).toFixed(0)} ms each)` : ""}.`;
  const broken = data.broken.length;
  const lost =
    broken > 0
      ? ` ${count(broken, "picture")} could not be decoded and ${broken === 1 ? "was" : "were"} left out.`
      : "";
  const held =
    data.heldBack > 0
      ? ` ${count(data.heldBack, "picture")} of the folder ${data.heldBack === 1 ? "was" : "were"} held back for validation and not learned from.`
      : " No picture was held back: validating anything on this folder with what is generated would not be honest.";
  return [
    headline(result),
    `${learned}${lost}${held}`,
    ...events.map(({ message }) => message),
    afterTheKept(result),
    balance(result),
  ].filter((text): text is string => text !== null);
}
