"""Small pictures as Pillow writes them, for the decoders of packages/data: test/fixtures/*.bmp with the RGB that
Pillow reads back, and JPEGs with restart markers, which sharp does not write."""
import math
import pathlib
from PIL import Image

out = pathlib.Path(__file__).parents[2] / "packages/data/test/fixtures"

picture = Image.new("RGB", (7, 5))
picture.putdata([((x * 40) % 256, (y * 60) % 256, (x * y * 9) % 256) for y in range(5) for x in range(7)])
bitmaps = {
    "colour-24": picture,
    "alpha-32": picture.convert("RGBA"),
    "palette-8": picture.quantize(9),
    "bits-1": picture.convert("1"),
}
for name, bitmap in bitmaps.items():
    bitmap.save(out / f"{name}.bmp")
    (out / f"{name}.rgb").write_bytes(Image.open(out / f"{name}.bmp").convert("RGB").tobytes())


def wave(x, y, c):
    return int(127 + 90 * math.sin(x / (3 + c) + y / 7) + 37 * math.sin(x * y / 50 + c))


width, height = 61, 43
scene = Image.new("RGB", (width, height))
scene.putdata([tuple(wave(x, y, c) for c in range(3)) for y in range(height) for x in range(width)])
for subsampling, name in [(1, "422"), (2, "420")]:
    scene.save(out / f"{name}-restarts.jpg", quality=92, subsampling=subsampling, restart_marker_blocks=3, optimize=True)
# As scene, but grey, with colour at full resolution, and narrower than a block of colour.
scene.convert("L").save(out / "grey.jpg", quality=80)
scene.save(out / "444.jpg", quality=75, subsampling=0)
scene.crop((20, 0, 25, 43)).save(out / "420-narrow.jpg", quality=85, subsampling=2)
