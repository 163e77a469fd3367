"""Offline augmentation as one writes it with Albumentations and OpenCV: JPEG in, JPEG out, class folders kept.

    python albumentations_augment.py SRC OUT [--times N] [--pipeline exercise|course] [--quality Q] [--processes P]

Each process takes a picture, reads it once, makes N variants and writes them. Prints one line of JSON: pictures
written, seconds from the first picture to the last (the processes are up by then), seconds of the whole run.
"""
import argparse
import json
import multiprocessing
import os
import time

began = time.perf_counter()
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
import albumentations as A
import cv2

cv2.setNumThreads(1)

pipelines = {
    "exercise": lambda: [
        A.HorizontalFlip(p=0.5),
        A.VerticalFlip(p=0.2),
        A.Rotate(limit=45, p=0.8),
        A.RandomBrightnessContrast(brightness_limit=0.8, contrast_limit=0.8, p=0.5),
        A.CLAHE(p=0.5),
    ],
    "course": lambda: [
        A.Rotate(limit=40, p=0.5),
        A.RandomBrightnessContrast(p=0.5),
        A.HorizontalFlip(p=0.5),
    ],
}
state = {}


def prepare(options):
    cv2.setNumThreads(1)
    state.update(vars(options), transform=A.Compose(pipelines[options.pipeline](), seed=1 + os.getpid()))


def augment(name):
    image = cv2.cvtColor(cv2.imread(os.path.join(state["src"], name)), cv2.COLOR_BGR2RGB)
    stem = os.path.splitext(os.path.join(state["out"], name))[0]
    for variant in range(state["times"]):
        result = cv2.cvtColor(state["transform"](image=image)["image"], cv2.COLOR_RGB2BGR)
        path = f"{stem}-aug{variant + 1}.jpg"
        if not cv2.imwrite(path, result, [cv2.IMWRITE_JPEG_QUALITY, state["quality"]]):
            raise OSError(f"cannot write {path}")
    return state["times"]


def ready(_):
    time.sleep(0.05)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("src")
    parser.add_argument("out")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--pipeline", choices=sorted(pipelines), default="exercise")
    parser.add_argument("--quality", type=int, default=95)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    names = []
    for folder, _, files in sorted(os.walk(options.src)):
        inner = os.path.relpath(folder, options.src)
        names += [os.path.join(inner, name) for name in sorted(files) if name.lower().endswith((".jpg", ".jpeg"))]
        os.makedirs(os.path.join(options.out, inner), exist_ok=True)
    with multiprocessing.Pool(options.processes, prepare, (options,)) as pool:
        pool.map(ready, range(options.processes * 4), 1)
        start = time.perf_counter()
        written = sum(pool.imap_unordered(augment, names, 16))
        end = time.perf_counter()
    print(json.dumps({"pictures": written, "seconds": round(end - start, 3), "whole": round(end - began, 3)}))
