/** A worker thread of `augmentFolder`: makes the files of one picture after the other. */
import { parentPort, threadId, workerData } from "node:worker_threads";
import sharp from "sharp";
import { AumentoError, messageOf } from "../errors.ts";
import type { Answer, Request } from "./crew.ts";
import type { Line } from "./lines.ts";
import { PictureWriter, type Recipe } from "./picture-writer.ts";

const port = parentPort!; // this module is only ever started as a worker
// One thread a picture and no cache: no picture is asked for twice.
sharp.concurrency(1);
sharp.cache(false);
const writer = new PictureWriter(workerData as Recipe, String(threadId)); // crew.ts gives it

const parseLines = (text: string): Line[] => text.split("\n").map((line) => JSON.parse(line) as Line); // we wrote them

async function answer({ id, task, recorded, measure }: Request): Promise<Answer> {
  try {
    if (measure) return { id, measured: await writer.measure(task) };
    const found = recorded === undefined ? "to make" : writer.check(task, parseLines(recorded));
    if (found === "holds") return { id, kept: true };
    const lines = await writer.write(task);
    return {
      id,
      text: lines.map((line) => JSON.stringify(line)).join("\n"),
      lines: lines.map(withoutPlan),
      found,
    };
  } catch (error) {
    const code = error instanceof AumentoError ? error.code : "failed";
    return { id, error: { code, message: messageOf(error) } };
  }
}

/** Plans stay text: nobody on the other side looks into them. */
const withoutPlan = (line: Line): Line => ("plan" in line ? { ...line, plan: undefined } : line);

port.on("message", async (request: Request) => port.postMessage(await answer(request)));
