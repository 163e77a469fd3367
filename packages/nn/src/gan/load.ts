import { modelOf, readCheckpoint, restoreCheckpoint } from "./checkpoint.ts";
import { type Gan, gan } from "./gan.ts";

/** The GAN whose checkpoint lies in a folder, as it was: training goes on to the same weights as if never interrupted. */
export async function loadGan(folder: string): Promise<Gan> {
  const checkpoint = await readCheckpoint("loadGan", folder);
  const { latent: _latent, classes: _classes, classNames, ...options } = checkpoint.header.options;
  const loaded = gan({
    ...options,
    classNames: classNames ?? undefined,
    generator: await modelOf(checkpoint, "generator"),
    discriminator: await modelOf(checkpoint, "discriminator"),
  });
  await restoreCheckpoint(loaded, checkpoint);
  return loaded;
}
