import type * as nn from "@aumento/nn";
import { describeEnvironment } from "../environment.ts";
import { describeGan } from "./answer.ts";
import { countLesson, type Lesson } from "./lesson.ts";
import { repeatGanArguments } from "./options.ts";
import {
  type GanLimit,
  type GanResult,
  type GanSettings,
  ganResultFormat,
  ganResultVersion,
  type NetworkFacts,
} from "./result.ts";
import { type GanState, type GanStore, generatorFile } from "./store.ts";

const factsOf = (model: nn.Model): NetworkFacts => ({
  parameters: model.countParams(),
  layers: model.layers.map(({ name, outputShape }) => `${name} ${outputShape.join("×")}`),
});

/** The result of a training as it stands. */
export function assembleGanResult({
  settings,
  limit,
  lesson,
  store,
  gan,
  state,
}: {
  settings: GanSettings;
  limit: GanLimit;
  lesson: Lesson;
  store: GanStore;
  gan: nn.Gan;
  state: GanState;
}): GanResult {
  const { divided, classNames, trainingFingerprint } = lesson;
  const counts = countLesson(lesson, state.broken).map(({ pictures }) => pictures);
  const described: Omit<GanResult, "answer"> = {
    format: ganResultFormat,
    version: ganResultVersion,
    status: state.status,
    startedAt: store.startedAt,
    updatedAt: new Date().toISOString(),
    environment: describeEnvironment(),
    command: repeatGanArguments(settings, limit, store.folder),
    settings,
    limit,
    data: {
      layout: divided.layout,
      classNames,
      pictures: counts.reduce((sum, pictures) => sum + pictures, 0),
      perClass: classNames.length > 0 ? counts : [],
      heldBack: divided.heldBack,
      fingerprint: divided.fingerprint,
      trainingFingerprint,
      broken: state.broken,
    },
    networks: { generator: factsOf(gan.generator), discriminator: factsOf(gan.discriminator) },
    steps: state.step,
    seconds: state.seconds,
    history: state.history,
    grids: state.grids,
    events: state.events,
    generator: state.checkpoint === null ? null : generatorFile,
  };
  return { ...described, answer: describeGan(described) };
}
