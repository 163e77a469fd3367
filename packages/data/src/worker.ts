/** A worker thread: makes pictures for any number of flows, one piece of work at a time, in the order received. */
import { parentPort } from "node:worker_threads";
import { tuneSharp } from "./decode/load-sharp.ts";
import { AumentoError, messageOf } from "./errors.ts";
import { PictureMaker } from "./picture-maker.ts";
import type { FromWorker, ToWorker } from "./pool.ts";
import { doWork, type Work } from "./work.ts";

const port = parentPort!; // this module is only ever started as a worker
const makers = new Map<number, PictureMaker>();
tuneSharp();

async function answer(id: number, client: number, work: Work): Promise<FromWorker> {
  try {
    return { id, failures: await doWork(makers.get(client)!, work) };
  } catch (error) {
    const code = error instanceof AumentoError ? error.code : "augmentation-failed";
    return { id, error: { code, message: messageOf(error) } };
  }
}

let queue: Promise<void> = Promise.resolve();
port.on("message", (message: ToWorker) => {
  if (message.type === "open") makers.set(message.client, new PictureMaker(message.recipe));
  else if (message.type === "close") makers.delete(message.client);
  else
    queue = queue.then(async () => port.postMessage(await answer(message.id, message.client, message.work)));
});
