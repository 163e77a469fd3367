/** A worker thread of `augmentFolder`: makes the files of one picture after the other. */
import { parentPort, threadId, workerData } from "node:worker_threads";
import { tuneSharp } from "@aumento/data";
import { AumentoError, messageOf } from "../errors.ts";
import type { Answer, Question, Reply, Request } from "./crew.ts";
import { isLeftOut, isWritten, type Line } from "./lines.ts";
import { PictureWriter, type Recipe } from "./picture-writer.ts";

const port = parentPort!; // this module is only ever started as a worker
tuneSharp();
const writer = new PictureWriter(workerData as Recipe, String(threadId)); // crew.ts gives it

const parseLines = (text: string): Line[] => text.split("\n").map((line) => JSON.parse(line) as Line); // we wrote them

async function answer({ task, recorded, measure }: Question): Promise<Answer> {
  try {
    if (measure) return { measured: await writer.measure(task) };
    const found = recorded === undefined ? "to make" : writer.check(task, parseLines(recorded));
    if (found === "holds") return { kept: true };
    const { lines, warning } = await writer.write(task);
    const written = lines.filter(isWritten);
    return {
      made: {
        text: lines.map((line) => JSON.stringify(line)).join("\n"),
        files: written.length,
        bytes: written.reduce((sum, { bytes, mask }) => sum + bytes + (mask?.bytes ?? 0), 0),
        leftOut: lines.find(isLeftOut)?.leftOut,
        sourceChanged: found === "source changed",
        warning,
      },
    };
  } catch (error) {
    const code = error instanceof AumentoError ? error.code : "failed";
    return { error: { code, message: messageOf(error) } };
  }
}

port.on("message", async ({ id, questions }: Request) => {
  const answers: Answer[] = [];
  for (const question of questions) {
    answers.push(await answer(question));
    if (answers.at(-1)?.error) break;
  }
  port.postMessage({ id, answers } satisfies Reply);
});
