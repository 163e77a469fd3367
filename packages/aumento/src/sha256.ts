import { createHash, hash } from "node:crypto";
import { createReadStream } from "node:fs";

/** SHA-256 in hexadecimal. */
export const sha256Of = (content: Uint8Array | string): string => hash("sha256", content);

/** SHA-256 of a file's content, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const running = createHash("sha256");
  for await (const chunk of createReadStream(path)) running.update(chunk);
  return running.digest("hex");
}
