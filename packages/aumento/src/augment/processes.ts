import { readFileSync } from "node:fs";
import { systemCodeOf } from "../errors.ts";

/** What Linux tells of a process: its state's letter, and when it began. Undefined elsewhere, and where there is none. */
function factsOf(processId: number): { state: string; start: number } | undefined {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, "utf8");
    // The program's name, in brackets before these, may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0], start: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** Whether there is a process of this number, of any user; one that has ended and waits for its parent is none. */
export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
  } catch (error) {
    if (systemCodeOf(error) === "ESRCH") return false;
  }
  return !["Z", "X"].includes(factsOf(processId)?.state ?? "");
}

/** A process: its number, which is given again after a restart or in another container, and when it began. */
export interface ProcessMark {
  id: number;
  start: number;
}

export const ownProcess: ProcessMark = {
  id: process.pid,
  start: factsOf(process.pid)?.start ?? Math.round(Date.now() - process.uptime() * 1000),
};

/** Whether it is that very process that runs. */
export function stillRuns({ id, start }: ProcessMark): boolean {
  if (id === ownProcess.id) return start === ownProcess.start;
  return isRunning(id) && (factsOf(id)?.start ?? start) === start;
}
