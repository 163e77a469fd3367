"""What TensorFlow's decode_image, and so Keras' image_dataset_from_directory, makes of JPEGs: the SHA-256 of the RGB
values of packages/data/test/fixtures/*.jpg (pictures.py) and, where the flower photographs are given, of ten of them.
Writes packages/data/test/fixtures/tensorflow-jpeg.json.

    python tensorflow_jpeg.py [FOLDER OF FLOWERS]
"""
import hashlib
import json
import pathlib
import sys

import tensorflow as tf

fixtures = pathlib.Path(__file__).parents[2] / "packages/data/test/fixtures"


def decoded(path):
    pixels = tf.io.decode_image(path.read_bytes(), channels=3, expand_animations=False).numpy()
    height, width, _ = pixels.shape
    return {"width": width, "height": height, "sha256": hashlib.sha256(pixels.tobytes()).hexdigest()}


result = {"fixtures": {path.name: decoded(path) for path in sorted(fixtures.glob("*.jpg"))}}
if len(sys.argv) > 1:
    folder = pathlib.Path(sys.argv[1])
    result["flowers"] = {
        str(path.relative_to(folder)): decoded(path)
        for name in sorted(child.name for child in folder.iterdir())
        for path in sorted((folder / name).glob("*.jpg"))[:2]
    }
target = fixtures / "tensorflow-jpeg.json"
target.write_text(json.dumps(result, indent=2) + "\n")
print(f"{target.name}: {', '.join(f'{len(part)} {name}' for name, part in result.items())}")
