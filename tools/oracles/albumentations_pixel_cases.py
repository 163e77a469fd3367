"""What Albumentations 2.0.8 and OpenCV make of pixels, as a fixture of @aumento/core: every transform that computes
values, with fixed parameters, for 1, 3 and 4 channels and odd sizes; inpainting of given holes; what holes do to boxes;
and the statistics of the random ones' own sampling.

    python tools/oracles/albumentations_pixel_cases.py
"""
import base64
import json
import os
import pathlib
import warnings
import zlib

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
import albumentations as A
import albumentations.augmentations.dropout.functional as dropout
import numpy as np

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).resolve().parents[2] / "packages/core/test/fixtures/albumentations-pixels.json"

WIDE, ODD, SMALL = (32, 11), (33, 14), (13, 9)


def draw_picture(width, height, channels):
    """As packages/core/test/pictures.ts."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    ramp = (x * (5 + c) + y * (3 + 2 * c)) % 511
    wave = np.where(ramp > 255, 510 - ramp, ramp)
    edge = np.where(((x >> 3) + (y >> 3) + c) % 3 == 0, 40, 0)
    texture = (x * x * 31 + y * 17 + x * y * 7 + c * 101) % 23
    return np.minimum(255, wave * 3 // 4 + edge + texture).astype(np.uint8)


def pack(array):
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 9)).decode()


# Transform, parameters, (size, channels) of the pictures.
CASES = [
    ("RandomBrightnessContrast", dict(brightness_limit=(b, b), contrast_limit=(c, c), **more), [(SMALL, n)])
    for b, c, more, n in [
        (0.3, 0.2, {}, 3), (-0.25, -0.4, {}, 1), (0.1, 0.7, {}, 4), (0.3, 0.5, dict(brightness_by_max=False), 3),
        (0.3, 0.2, dict(ensure_safe_range=True), 3), (-0.2, -1.5, dict(ensure_safe_range=True), 1),
    ]
] + [
    ("RandomGamma", dict(gamma_limit=(g, g)), [(SMALL, n)]) for g, n in [(60, 3), (100, 1), (137, 4), (250, 3)]
] + [
    ("HueSaturationValue", dict(hue_shift_limit=(h, h), sat_shift_limit=(s, s), val_shift_limit=(v, v)), [(WIDE, n)])
    for h, s, v, n in [(10, 20, 5, 3), (-20, -30, -20, 3), (7.6, 0, 0, 3), (0, 25.5, 0, 3), (0, 0, -33.3, 3),
                       (-179.5, 90, 40.5, 3), (5, 5, 31, 1)]
] + [
    ("CLAHE", dict(clip_limit=(c, c), tile_grid_size=t), [(s, n)])
    for c, t, s, n in [(4.0, (8, 8), WIDE, 3), (4.0, (8, 8), ODD, 3), (1.0, (4, 3), ODD, 3), (30.0, (2, 5), ODD, 1),
                       (2.5, (8, 8), SMALL, 1), (3.0, (1, 1), SMALL, 3)]
] + [
    ("Equalize", dict(mode=m, by_channels=b), [(ODD, n)])
    for m in ("cv", "pil") for b, n in [(True, 3), (False, 3), (True, 1)]
] + [
    ("ToGray", dict(method=m, num_output_channels=k), [(SMALL, n)])
    for m, k, n in [("weighted_average", 3, 3), ("weighted_average", 1, 3), ("from_lab", 3, 3), ("desaturation", 3, 3),
                    ("desaturation", 1, 4), ("average", 2, 3), ("average", 3, 4), ("max", 3, 3), ("max", 4, 4),
                    ("pca", 1, 3)]
] + [("InvertImg", {}, [(SMALL, n)]) for n in (1, 3, 4)] + [
    ("Blur", dict(blur_limit=(k, k)), [(SMALL, n)]) for k, n in [(3, 3), (5, 1), (7, 4), (9, 3), (21, 3)]
] + [
    ("MedianBlur", dict(blur_limit=(k, k)), [(SMALL, n)]) for k, n in [(3, 3), (5, 1), (7, 4), (9, 3), (17, 1)]
] + [
    ("GaussianBlur", dict(blur_limit=(k, k), sigma_limit=(s, s)), [(SMALL, n)])
    for k, s, n in [(0, 0.5, 3), (0, 1.7, 1), (0, 3.0, 4), (5, 1.5, 3), (4, 2.0, 3), (0, 0.2, 3)]
] + [
    ("Sharpen", dict(alpha=(a, a), lightness=(l, l)), [(SMALL, n)])
    for a, l, n in [(0.2, 0.5, 3), (0.5, 1.0, 1), (1.0, 0.0, 4), (0.35, 2.2, 3)]
] + [
    ("Normalize", p, [(SMALL, n)])
    for p, n in [({}, 3), ({}, 1), ({}, 4), (dict(mean=0.5, std=0.25, max_pixel_value=200.0), 3)]
    + [(dict(normalization=k), n) for k in ("image", "image_per_channel", "min_max", "min_max_per_channel")
       for n in (1, 3)]
]


# The same on pictures of float32 from 0 to 1.
FLOAT_CASES = [
    ("RandomBrightnessContrast", dict(brightness_limit=(0.3, 0.3), contrast_limit=(0.2, 0.2))),
    ("RandomGamma", dict(gamma_limit=(137, 137))),
    ("InvertImg", {}),
    ("HueSaturationValue", dict(hue_shift_limit=(10, 10), sat_shift_limit=(20, 20), val_shift_limit=(5, 5))),
    ("CLAHE", dict(clip_limit=(4.0, 4.0))),
    ("Equalize", {}),
    ("ToGray", {}), ("ToGray", dict(method="from_lab")), ("ToGray", dict(method="desaturation")),
    ("ToGray", dict(method="average")),
    ("Blur", dict(blur_limit=(5, 5))), ("MedianBlur", dict(blur_limit=(5, 5))),
    ("GaussianBlur", dict(sigma_limit=(1.7, 1.7))), ("Sharpen", dict(alpha=(0.3, 0.3), lightness=(0.8, 0.8))),
    ("Sharpen", dict(alpha=(0.3, 0.3), method="gaussian")),
    ("Normalize", {}), ("Normalize", dict(normalization="image_per_channel")),
    ("Normalize", dict(normalization="min_max")),
]


def transform_cases():
    floats = [(name, params, [(WIDE, 3)]) for name, params in FLOAT_CASES]
    for index, (name, params, pictures) in enumerate(CASES + floats):
        transform = getattr(A, name)(p=1.0, **params)
        dtype = np.uint8 if index < len(CASES) else np.float32
        for (width, height), channels in pictures:
            image = draw_picture(width, height, channels)
            if dtype == np.float32:
                image = image.astype(np.float32) / np.float32(255)
            result = transform(image=image[..., 0] if channels == 1 else image)["image"]
            yield {
                "pipeline": A.to_dict(A.Compose([transform])),
                "width": width, "height": height, "channels": channels, "dtype": np.dtype(dtype).name,
                "outChannels": 1 if result.ndim == 2 else result.shape[2],
                "float": result.dtype != np.uint8,
                "expected": pack(result),
            }


HOLES = [[[5, 4, 13, 11]], [[0, 0, 6, 5], [20, 8, 33, 14]], [[3, 2, 9, 9], [7, 5, 15, 12]]]


def inpaint_cases():
    for method in ("inpaint_telea", "inpaint_ns"):
        for holes in HOLES:
            for channels in (1, 3):
                image = draw_picture(*ODD, channels)
                flat = image[..., 0] if channels == 1 else image
                result = dropout.cutout(flat, np.array(holes), method, np.random.default_rng(0))
                yield {"method": method, "holes": holes, "channels": channels, "expected": pack(result)}


BOXES = [[2, 2, 12, 10], [5, 4, 13, 11], [4.6, 3.2, 20.9, 12.7], [24, 9, 30, 13], [6, 0, 12, 9]]


def box_cases():
    for holes in HOLES:
        for area, visibility in ((0, 0), (40, 0), (0, 0.5)):
            # The last column is the box's number.
            boxes = np.array([[*box, i] for i, box in enumerate(BOXES)], dtype=np.float64)
            kept = dropout.filter_bboxes_by_holes(boxes, np.array(holes), (ODD[1], ODD[0]), area, visibility)
            yield {"holes": holes, "minArea": area, "minVisibility": visibility, "expected": kept.tolist()}


def holes_of(transform, width, height, runs):
    transform.set_random_seed(137)
    shape = {"shape": (height, width, 3)}
    return [transform.get_params_dependent_on_data(shape, {})["holes"] for _ in range(runs)]


def summary(values):
    return {"mean": float(np.mean(values)), "std": float(np.std(values))}


def sampling():
    """Means and deviations of what the random transforms draw."""
    width, height, runs = 120, 80, 20000
    for name, params in [
        ("CoarseDropout", {}),
        ("CoarseDropout", dict(num_holes_range=(3, 6), hole_height_range=(5, 20), hole_width_range=(10, 15))),
        ("Erasing", {}),
        ("Erasing", dict(scale=(0.1, 0.2), ratio=(0.5, 2.0))),
    ]:
        drawn = holes_of(getattr(A, name)(p=1.0, **params), width, height, runs)
        holes = np.concatenate(drawn)
        w, h = holes[:, 2] - holes[:, 0], holes[:, 3] - holes[:, 1]
        yield {
            "transform": name,
            "params": {key: list(value) for key, value in params.items()},
            "width": width, "height": height,
            "count": summary([len(entry) for entry in drawn]),
            "holeWidth": summary(w), "holeHeight": summary(h), "left": summary(holes[:, 0]),
            "top": summary(holes[:, 1]), "area": summary(w * h),
        }


def noise():
    """Mean, deviation and correlation of channels of GaussNoise on a grey picture, far from the ends of the range."""
    image = np.full((200, 200, 3), 128, np.uint8)
    for params in (
        dict(std_range=(0.1, 0.1)), dict(std_range=(0.05, 0.05), mean_range=(0.1, 0.1)),
        dict(std_range=(0.1, 0.1), per_channel=False), dict(std_range=(0.1, 0.1), noise_scale_factor=0.5),
    ):
        transform = A.GaussNoise(p=1.0, **params)
        transform.set_random_seed(137)
        result = transform(image=image)["image"].astype(np.float64) - 128
        channels = result.reshape(-1, 3).T
        yield {
            "params": {key: list(v) if isinstance(v, tuple) else v for key, v in params.items()},
            "values": summary(result),
            "correlation": float(np.corrcoef(channels)[0, 1]),
            "neighbours": float(np.corrcoef(result[:, :-1, 0].ravel(), result[:, 1:, 0].ravel())[0, 1]),
        }


def lines(entries):
    return "[\n" + ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries) + "\n]"


parts = {"transforms": transform_cases(), "inpaint": inpaint_cases(), "boxes": box_cases(),
         "sampling": sampling(), "noise": noise()}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text("{\n" + ",\n".join(f'"{name}": {lines(entries)}' for name, entries in parts.items()) + "\n}\n")
print(OUT.name, OUT.stat().st_size, "bytes")
