"""Runs Albumentations 2.0.8 on the cases in tools/oracles/cases and keeps what comes out as fixtures of @aumento/core.

    python tools/oracles/albumentations_cases.py [Transform ...]

Each cases/<Transform>.json holds {"cases": [...]}; a case has "params" (fixed: ranges of one value, p = 1) and may have
"width", "height", "channels", "bbox_params", "keypoint_params", "mean" and "within2" (the tolerance: largest mean
absolute difference, and least share of values that differ by 2 at most), and, for Perspective, "normals": the eight
normal numbers that are drawn. Pictures and masks are drawn by the formulas
of packages/core/test/pictures.ts, so that no picture is stored twice.
"""
import base64
import json
import os
import pathlib
import sys
import warnings
import zlib

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
import albumentations as A
import albumentations.augmentations.geometric.functional as geometric
import numpy as np

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "tools" / "oracles" / "cases"
OUT = ROOT / "packages" / "core" / "test" / "fixtures" / "albumentations"


def draw_picture(width, height, channels):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    ramp = (x * (5 + c) + y * (3 + 2 * c)) % 511
    wave = np.where(ramp > 255, 510 - ramp, ramp)
    edge = np.where(((x >> 3) + (y >> 3) + c) % 3 == 0, 40, 0)
    texture = (x * x * 31 + y * 17 + x * y * 7 + c * 101) % 23
    return np.minimum(255, wave * 3 // 4 + edge + texture).astype(np.uint8)


def draw_mask(width, height):
    y, x = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    return np.where((x > y) & ((x >> 2) % 2 == 0), 4, ((x >> 4) + 2 * (y >> 4)) % 4).astype(np.uint8)


def boxes_in(format_, width, height):
    shares = [(0.1, 0.15, 0.45, 0.6), (0.5, 0.4, 0.95, 0.9), (0.02, 0.7, 0.2, 0.98), (0.4, 0.05, 0.6, 0.25)]
    rows = []
    for x0, y0, x1, y1 in shares:
        if format_ in ("pascal_voc", "coco"):
            x0, y0, x1, y1 = (round(v) for v in (x0 * width, y0 * height, x1 * width, y1 * height))
        if format_ == "coco":
            rows.append([x0, y0, x1 - x0, y1 - y0])
        elif format_ == "yolo":
            rows.append([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0])
        else:
            rows.append([x0, y0, x1, y1])
    return rows


def keypoints_in(format_, width, height):
    points = [(0.2, 0.3, 20, 4), (0.7, 0.65, 135, 6.5), (0.5, 0.5, 250, 1), (0.05, 0.9, 350, 2)]
    rows = []
    for x, y, angle, scale in points:
        values = {"x": round(x * width), "y": round(y * height), "a": angle, "s": scale}
        rows.append([values[letter] for letter in format_])
    return rows


class Drawn:
    """Stands for a random generator whose draws are known."""

    def __init__(self, normals):
        self.normals = normals

    def normal(self, mean, deviation, size):
        return np.array(self.normals).reshape(size)


def pack(array):
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 9)).decode()


def plain(value):
    """Numbers and strings as JSON has them."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value.item() if isinstance(value, np.generic) else value


def run(name, case):
    width, height, channels = case.get("width", 48), case.get("height", 40), case.get("channels", 3)
    transform = getattr(A, name)(**{"p": 1.0, **{k: detuple(v) for k, v in case["params"].items()}})
    spatial = isinstance(transform, A.DualTransform)
    bbox_params = {"format": "pascal_voc", "label_fields": ["labels"], **case.get("bbox_params", {})}
    keypoint_params = {"format": "xyas", **case.get("keypoint_params", {})}
    pipeline = A.Compose([transform], bbox_params=bbox_params, keypoint_params=keypoint_params) if spatial else A.Compose([transform])
    # Albumentations wants grey pictures without a third axis in most transforms.
    image = draw_picture(width, height, channels)
    sample = {"image": image[..., 0] if channels == 1 else image}
    annotations = {}
    if spatial:
        annotations = {
            "bboxes": boxes_in(bbox_params["format"], width, height),
            "labels": ["a", "b", "c", "d"],
            "keypoints": keypoints_in(keypoint_params["format"], width, height),
        }
        sample.update(annotations, mask=draw_mask(width, height))
    original = geometric.generate_perspective_points
    if "normals" in case:
        drawn = Drawn(case["normals"])
        geometric.generate_perspective_points = lambda shape, scale, _generator: original(shape, scale, drawn)
    result = pipeline(**sample)
    geometric.generate_perspective_points = original
    expected = {"height": result["image"].shape[0], "width": result["image"].shape[1]}
    expected["dtype"] = str(result["image"].dtype)
    expected["image"] = pack(result["image"])
    if spatial:
        expected["mask"] = pack(result["mask"])
        for field in ("bboxes", "labels", "keypoints"):
            expected[field] = plain(result[field])
    return {
        "width": width,
        "height": height,
        "channels": channels,
        "mean": case.get("mean", 0),
        "within2": case.get("within2", 1),
        "pipeline": A.to_dict(pipeline),
        **({"normals": case["normals"]} if "normals" in case else {}),
        **annotations,
        "expected": expected,
    }


def detuple(value):
    """Lists of JSON as the tuples that Albumentations checks for."""
    if isinstance(value, list):
        return tuple(detuple(entry) for entry in value)
    if isinstance(value, dict):
        return {key: detuple(entry) for key, entry in value.items()}
    return value


def main():
    names = sys.argv[1:] or sorted(path.stem for path in CASES.glob("*.json"))
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names:
        cases = json.loads((CASES / f"{name}.json").read_text())["cases"]
        made = [run(name, case) for case in cases]
        text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in made)
        (OUT / f"{name}.json").write_text(f'{{"cases":[\n{text}\n]}}\n')
        print(f"{name}: {len(made)} cases")


main()
