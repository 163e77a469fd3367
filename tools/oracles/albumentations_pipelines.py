"""Pipelines as Albumentations 2.0.8 writes them, kept as fixtures that must go on loading; and, with --check FILE ...,
whether Albumentations loads what @aumento/core wrote.

    python tools/oracles/albumentations_pipelines.py
    python tools/oracles/albumentations_pipelines.py --check written.json
"""
import json
import os
import pathlib
import sys
import warnings

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
import albumentations as A

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "core" / "test" / "fixtures" / "pipelines"

PIPELINES = {
    "exercise": A.Compose([
        A.HorizontalFlip(p=0.5), A.VerticalFlip(p=0.2), A.Rotate(limit=45, p=0.8),
        A.RandomBrightnessContrast(brightness_limit=0.8, contrast_limit=0.8, p=0.5), A.CLAHE(p=0.5),
    ]),
    "detection": A.Compose(
        [
            A.RandomResizedCrop((256, 320), scale=(0.3, 1.0), p=1),
            A.OneOf([A.HorizontalFlip(p=1), A.VerticalFlip(p=0.5), A.Sequential([A.Transpose(p=1), A.RandomRotate90()], p=0.3)], p=0.7),
            A.SomeOf([A.Blur(p=1), A.GaussNoise(p=0.4), A.Sharpen(), A.MedianBlur(blur_limit=5)], n=2, replace=True, p=0.6),
            A.CoarseDropout(num_holes_range=(1, 4), fill=128),
        ],
        bbox_params=A.BboxParams(format="yolo", label_fields=["classes"], min_area=16, min_visibility=0.25, clip=True, max_accept_ratio=8.0),
        keypoint_params=A.KeypointParams(format="xyas", label_fields=["names"], remove_invisible=False, angle_in_degrees=False),
        additional_targets={"depth": "mask", "second": "image"},
        p=0.9,
        is_check_shapes=False,
        seed=42,
    ),
    "geometry": A.Compose([
        A.D4(), A.SafeRotate(limit=(-20, 70), border_mode=4), A.Affine(scale={"x": (0.8, 1.1), "y": 1.2}, translate_px={"x": (-4, 9)}, shear=5, fit_output=True, p=1),
        A.Affine(translate_percent=0.1, rotate=(-3, 3), keep_ratio=True, balanced_scale=True), A.ShiftScaleRotate(p=0.3),
        A.Perspective(scale=0.2, keep_size=False, fit_output=True, fill=[1, 2, 3]), A.PadIfNeeded(64, None, pad_width_divisor=32),
        A.RandomCrop(32, 48, pad_if_needed=True, pad_position="random"), A.CenterCrop(30, 40), A.Resize(224, 224, interpolation=2, area_for_downscale="image"),
    ]),
    "single": A.Rotate(limit=(-10, 30), p=1),
}


def main():
    if sys.argv[1:2] == ["--check"]:
        for name in sys.argv[2:]:
            print(name, A.from_dict(json.loads(pathlib.Path(name).read_text())))
        return
    OUT.mkdir(parents=True, exist_ok=True)
    for name, pipeline in PIPELINES.items():
        with warnings.catch_warnings():
            A.save(pipeline, OUT / f"{name}.json")
    # As versions before 2 wrote names, with their modules.
    text = (OUT / "exercise.json").read_text()
    text = text.replace('"Compose"', '"albumentations.core.composition.Compose"').replace('"HorizontalFlip"', '"albumentations.augmentations.geometric.flip.HorizontalFlip"')
    (OUT / "full-names.json").write_text(text)


main()
