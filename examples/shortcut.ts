/**
 * A network that is 99 % right for the wrong reason, and a flip that cures it.
 *
 *   npx jiti examples/shortcut.ts [FOLDER] [--epochs 10] [--out FOLDER]
 *
 * FOLDER holds train/, validation/ and test/. Without one, the built-in survival scans are drawn: in 99 % of those to
 * train and to validate with, the side of the lesion gives the class away; in those to test with, it does not.
 */
import { compare } from "aumento";
import { drawnPictures, readSettings } from "./settings.ts";

const { folder, out, epochs, imageSize } = readSettings({ epochs: 10, imageSize: 64 });

const { result, report } = await compare({
  folder: folder ?? (await drawnPictures("survival")),
  pipeline: "flip", // the same as A.compose([A.horizontalFlip({ p: 0.5 })])
  imageSize,
  epochs,
  out,
  overwrite: true,
});

const percent = (share = Number.NaN) => `${(100 * share).toFixed(1)} %`;
for (const { title, runs } of result.arms) {
  const { validation, test } = runs[0];
  console.log(`${title}: validation ${percent(validation?.accuracy)}, test ${percent(test?.accuracy)}`);
  for (const { name, accuracy, pictures } of test?.groups ?? []) {
    console.log(`  ${name} (${pictures} pictures): ${percent(accuracy)}`);
  }
}
console.log(`\n${result.answer.join("\n")}\n\nReport: ${report}`);
