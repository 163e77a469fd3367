/**
 * A GAN: two networks trained against each other, one that makes pictures and one that tells them from real ones.
 *
 *   npx jiti examples/gan.ts [FOLDER] [--kind tulip] [--size 32] [--steps 2000] [--every 200] [--batch-size 32]
 *     [--filters 32] [--seed 123]
 *
 * Learns the pictures of one class. Writes a sheet of samples every so many steps, always from the same latent vectors,
 * then the generator, and the pictures on the way from one latent vector to another.
 */
import { join } from "node:path";
import { data, nn } from "aumento";
import { drawnPictures, readSettings } from "./settings.ts";
import { rowsOf, sheet } from "./sheet.ts";

const defaults = { kind: "tulip", size: 32, steps: 2000, every: 200, batchSize: 32, filters: 32, seed: 123 };
const { folder, out, kind, size, steps, every, batchSize, filters, seed } = readSettings(defaults);
if (size !== 32 && size !== 64 && size !== 128)
  throw new Error(`--size: expected 32, 64 or 128, got ${size}`);

const pictures = await data.flowFromDirectory(folder ?? (await drawnPictures("flowers")), {
  classes: [kind],
  classMode: "none",
  targetSize: [size, size],
  batchSize,
  seed,
});

const { generator, discriminator } = nn.dcgan({ size, filters, seed });
const gan = nn.gan({
  generator,
  discriminator,
  loss: "nonSaturating",
  diffAugment: true, // DiffAugment: the discriminator sees real and generated pictures varied alike
  seed,
});
console.log(
  `${pictures.n} pictures of ${kind}; generator ${generator.countParams()} weights, ` +
    `discriminator ${discriminator.countParams()}`,
);
const history = await gan.fit(pictures, {
  steps,
  every,
  grid: { rows: 4, columns: 8 },
  callbacks: [
    {
      async onGrid({ step, columns, samples }) {
        const name = `step-${String(step).padStart(6, "0")}.png`;
        await data.saveImage(join(out, name), sheet(rowsOf(samples, columns), 2), { overwrite: true });
      },
    },
  ],
});
await pictures.close();
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
console.log(
  `${history.step.length} steps; in the last ${every}: D(real) ${mean(history.dReal.slice(-every)).toFixed(2)}, ` +
    `D(generated) ${mean(history.dGenerated.slice(-every)).toFixed(2)}${history.stopped ? `; stopped: ${history.stopped}` : ""}`,
);

// The generator is an ordinary ONNX file; the checkpoint beside it goes on training: nn.loadGan(folder).
await gan.save(join(out, "gan"));
await gan.close();
const trained = await nn.loadGenerator(join(out, "gan", "generator.onnx"));
const way = await trained.interpolate(trained.latent(seed, 0), trained.latent(seed, 1), 8);
await data.saveImage(join(out, "way.png"), sheet(rowsOf(way, 8), 2), { overwrite: true });
await trained.close();
console.log(
  `samples: ${join(out, `step-${String(history.step.at(-1)).padStart(6, "0")}.png`)}, ${join(out, "way.png")}`,
);
