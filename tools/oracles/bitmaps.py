"""Windows bitmaps as Pillow writes them, with the RGB it reads back: packages/data/test/fixtures/*.bmp."""
import pathlib
from PIL import Image

out = pathlib.Path(__file__).parents[2] / "packages/data/test/fixtures"
picture = Image.new("RGB", (7, 5))
picture.putdata([((x * 40) % 256, (y * 60) % 256, (x * y * 9) % 256) for y in range(5) for x in range(7)])
picture.save(out / "colour-24.bmp")
picture.convert("RGBA").save(out / "alpha-32.bmp")
palette = picture.quantize(9)
palette.save(out / "palette-8.bmp")
black_and_white = picture.convert("1")
black_and_white.save(out / "bits-1.bmp")
for name in ["colour-24", "alpha-32", "palette-8", "bits-1"]:
    (out / f"{name}.rgb").write_bytes(Image.open(out / f"{name}.bmp").convert("RGB").tobytes())
