"""Collections beside papers: model zoos with measured or derivable training compute.

One laboratory's zoo at one recipe is another population than papers: every row carries its
collection as ``lineage``. Each says how its compute was derived (``how``) and what it may be used
for (``use``). Only permissively licensed tables are taken. Used by ``build_corpus.py``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from costlaw.compute import hardware_burden, operation_count
from costlaw.hardware import chip

Row = dict[str, Any]
IMAGES = 1281167  # training images of ImageNet-1k (Russakovsky et al. 2015)
COCO_IMAGES = 118287  # images of COCO train2017
LAW, PASS, TREND = "training-compute law", "operations per pass", "trend over time"
V100, P100 = chip("V100 SXM2 16 GB").peak("fp32"), chip("P100 SXM2").peak("fp32")
ITERATIONS = {"1x": 90_000, "2x": 180_000, "3x": 270_000, "9x": 810_000}  # Detectron schedules
# epochs of torchvision's V1 recipes (references/classification/README.md)
RECIPES: list[tuple[str, int]] = [
    (r"AlexNet|VGG|ResNet(18|34|50|101|152)_", 90), (r"ResNeXt(50_32X4D|101_32X8D)", 100),
    (r"RegNet_[XY]_", 100), (r"MobileNet_V2", 300), (r"ViT_[BL]_(16|32)", 300),
    (r"MobileNet_V3", 600), (r"Swin_[TSB]_", 300), (r"Wide_ResNet", 90),
]  # fmt: skip
# the later recipe: 600 epochs at 176 pixels, scored at 224 ("How to train state-of-the-art models
# using TorchVision's latest primitives", 2021); its operations are those of 176 pixels
LATER, LATER_EPOCHS = r"ResNet(50|101|152)_|ResNeXt|RegNet_[XY]_|Wide_ResNet|MobileNet_V2", 600
LATER_SCALE = (176 / 224) ** 2
SOURCES: list[Row] = [
    {"source": "pycls", "title": "facebookresearch/pycls, model zoo", "year": 2020,
     "url": "https://github.com/facebookresearch/pycls", "licence": "MIT", "obtained": "derived"},
    {"source": "mmpretrain", "title": "OpenMMLab mmpretrain 1.2.0, metafiles", "year": 2024,
     "url": "https://github.com/open-mmlab/mmpretrain", "licence": "Apache-2.0",
     "obtained": "derived"},
    {"source": "torchvision", "title": "torchvision 0.29.2, weights", "year": 2026,
     "url": "https://github.com/pytorch/vision", "licence": "BSD-3-Clause", "obtained": "derived"},
    {"source": "detectron", "title": "facebookresearch/Detectron, model zoo", "year": 2018,
     "url": "https://github.com/facebookresearch/Detectron", "licence": "Apache-2.0",
     "obtained": "derived"},
    {"source": "detectron2", "title": "facebookresearch/detectron2, model zoo", "year": 2019,
     "url": "https://github.com/facebookresearch/detectron2", "licence": "Apache-2.0",
     "obtained": "derived"},
    {"source": "mmdet", "title": "OpenMMLab mmdetection 3.3.0, metafiles", "year": 2024,
     "url": "https://github.com/open-mmlab/mmdetection", "licence": "Apache-2.0",
     "obtained": "read"},
    {"source": "timm", "title": "pytorch-image-models, results", "year": 2025,
     "url": "https://github.com/huggingface/pytorch-image-models", "licence": "Apache-2.0",
     "obtained": "derived"},
    {"source": "nlp-progress", "title": "NLP-progress, June 2024", "year": 2024,
     "url": "https://github.com/sebastianruder/NLP-progress", "licence": "MIT",
     "obtained": "read"},
]  # fmt: skip


def read(path: Path) -> list[Row]:
    """Return the rows of a raw table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def year_of(url: str) -> str:
    """Return the year of a paper out of its address, empty where it does not tell."""
    arxiv = re.search(r"arxiv\.org/(?:abs|pdf)/(\d\d)\d\d\.\d", url)
    if arxiv:
        return f"20{arxiv[1]}"
    other = re.search(r"(?:CVPR|ICCV|iccv|cvpr|ECCV|eccv)_?(20\d\d)|_(20\d\d)/", url)
    return (other[1] or other[2]) if other else ""


def entry(source: str, benchmark: str, given: Row) -> Row:
    """Return the parts of a row that all collections share."""
    metric = {"imagenet": "top-1 accuracy", "coco": "box AP"}.get(benchmark, "")
    return {"collection": source, "benchmark": benchmark, "metric": metric, "source": source,
            "year": "", "url": "", **given}  # fmt: skip


def operations(multiply_adds: float, epochs: float, examples: float) -> str:
    """Return the operation count of a training as text [FLOP]."""
    count = operation_count(flop_per_pass=2.0 * multiply_adds, examples=examples, epochs=epochs)
    return f"{count:.10g}"


def pycls(folder: Path) -> list[Row]:
    """ImageNet: 100 epochs on 8 V100, hours measured."""
    found = []
    for raw in read(folder / "models/pycls_imagenet_train_hours.csv"):
        adds, seconds = float(raw["gflops"]) * 1e9, float(raw["train_hours_100_epochs_8xv100"])
        burden = hardware_burden(count=8, peak_flop_per_s=V100, duration_s=seconds * 3600)
        found.append(entry("pycls", "imagenet", {
            "network": raw["model"], "title": "Designing Network Design Spaces", "year": "2020",
            "url": "https://arxiv.org/abs/2003.13678", "score": 100 - float(raw["top1_error_pct"]),
            "parameters": f"{float(raw['params_million']) * 1e6:.10g}",
            "flop_per_pass": f"{2 * adds:.10g}",
            "network_operations_flop": operations(adds, 100, IMAGES),
            "hardware_burden_flop": f"{burden:.10g}",
            "paper": "pycls " + raw["section"].split("> ")[-1], "locator": raw["model_id"],
            "how": "hours measured on 8 V100 x 15.67 TFLOP/s FP32; operations from 100 epochs",
            "use": f"{LAW}; {PASS}; {TREND}"}))  # fmt: skip
    return found


def mmpretrain(folder: Path) -> list[Row]:
    """ImageNet: operations per pass, and epochs where trained on ImageNet-1k alone."""
    found = []
    for raw in read(folder / "models/mmpretrain_imagenet.csv"):
        if raw["metric"] != "Top 1 Accuracy" or not raw["value"]:
            continue
        adds = float(raw["flops"])
        alone = raw["training_data"] == "ImageNet-1k" and "-pre" not in raw["model"]
        counted = bool(raw["epochs"]) and alone
        year = year_of(raw["paper_url"])
        uses = [LAW] * counted + [PASS] + [TREND] * bool(year)
        found.append(entry("mmpretrain", "imagenet", {
            "network": raw["model"], "title": raw["paper"] or raw["collection"],
            "url": raw["paper_url"], "year": year, "score": float(raw["value"]),
            "parameters": raw["params"], "flop_per_pass": f"{2 * adds:.10g}",
            "network_operations_flop": operations(adds, float(raw["epochs"]), IMAGES)
            if counted else "", "paper": "mmpretrain " + raw["collection"],
            "locator": raw["config"],
            "how": f"{raw['epochs']} epochs of ImageNet-1k" if counted
            else "operations of one pass only", "use": "; ".join(uses)}))  # fmt: skip
    return found


def torchvision(folder: Path) -> list[Row]:
    """ImageNet: operations per pass, and the epochs of the V1 recipes."""
    found = []
    for raw in read(folder / "models/torchvision_weights.csv"):
        name = raw["weights"]
        if raw["metric"] != "acc@1" or raw["dataset"] != "ImageNet-1K" or "Quantized" in name:
            continue
        adds = float(raw["gflops"]) * 1e9
        epochs = next((number for pattern, number in RECIPES if re.match(pattern, name)), None)
        counted = epochs is not None and name.endswith("_V1") and "SWAG" not in name
        trained, how = adds, f"{epochs} epochs by the reference recipe, recalled"
        if name.endswith("_V2") and re.match(LATER, name):
            counted, epochs, trained = True, LATER_EPOCHS, adds * LATER_SCALE
            how = "600 epochs at 176 pixels by the later recipe, recalled"
        found.append(entry("torchvision", "imagenet", {
            "network": name.replace("_Weights.IMAGENET1K", ""), "title": "torchvision weights",
            "url": "https://github.com/pytorch/vision", "score": float(raw["value"]),
            "parameters": raw["num_params"].removesuffix(".0"),
            "flop_per_pass": f"{2 * adds:.10g}",
            "network_operations_flop": operations(trained, float(epochs), IMAGES)
            if counted and epochs else "", "paper": "torchvision " + raw["module"],
            "locator": name,
            "how": how if counted else "operations of one pass only",
            "use": f"{LAW}; {PASS}" if counted else PASS}))  # fmt: skip
    return found


def detectron2(folder: Path) -> list[Row]:
    """COCO: seconds an iteration measured on 8 V100, times the iterations of the schedule."""
    found = []
    for line, raw in enumerate(read(folder / "models/detectron2_model_zoo.csv"), start=1):
        section = raw["section"]
        boxes = section.startswith("COCO Object") or section.startswith("COCO Instance")
        if not (boxes or section.startswith("Other Settings")) or not raw["box_ap"]:
            continue
        if re.fullmatch(r"[\d.]+", raw["train_time_s_iter"]) and raw["lr_sched"]:
            seconds = float(raw["train_time_s_iter"]) * ITERATIONS[raw["lr_sched"]]
            burden = hardware_burden(count=8, peak_flop_per_s=V100, duration_s=seconds)
            how = f"{raw['train_time_s_iter']} s/iteration measured on 8 V100, {raw['lr_sched']}"
        elif raw["train_time_s_im"] and raw["epochs"]:
            seconds = float(raw["train_time_s_im"]) * COCO_IMAGES * float(raw["epochs"])
            burden = hardware_burden(count=1, peak_flop_per_s=V100, duration_s=seconds)
            how = f"{raw['train_time_s_im']} V100-seconds an image, {raw['epochs']} epochs"
        else:
            continue
        found.append(entry("detectron2", "coco", {
            "network": raw["name"], "title": "Detectron2 model zoo", "year": "2019",
            "url": "https://github.com/facebookresearch/detectron2",
            "score": float(raw["box_ap"]), "hardware_burden_flop": f"{burden:.10g}",
            "paper": "detectron2 " + section.split(" > ")[-1].rstrip(":"),
            "locator": f"MODEL_ZOO row {line}, {raw['model_id']}", "how": how + "; FP32 peak",
            "use": f"{LAW}; {TREND}"}))  # fmt: skip
    return found


def detectron(folder: Path) -> list[Row]:
    """COCO: hours measured on 8 P100; trainings on stored proposals add their proposal network."""
    table = read(folder / "models/detectron_model_zoo.csv")
    proposals = {raw["backbone"]: float(raw["train_time_total_hr"]) for raw in table
                 if raw["section"].endswith("> RPN Proposal Baselines")}  # fmt: skip
    found = []
    for line, raw in enumerate(table, start=1):
        if "Proposal, Box" not in raw["section"] or not re.fullmatch(r"[\d.]+", raw["box_ap"]):
            continue
        if not raw["train_time_total_hr"]:
            continue
        hours, how = float(raw["train_time_total_hr"]), "measured on 8 P100 x 10.6 TFLOP/s FP32"
        if "Precomputed" in raw["section"]:
            if raw["backbone"] not in proposals:
                continue
            hours += proposals[raw["backbone"]]
            how += ", with the training of its proposal network"
        burden = hardware_burden(count=8, peak_flop_per_s=P100, duration_s=hours * 3600)
        name = f"{raw['type']} {raw['backbone']} {raw['lr_schd']}"
        found.append(entry("detectron", "coco", {
            "network": name, "title": "Detectron model zoo", "year": "2018",
            "url": "https://github.com/facebookresearch/Detectron",
            "score": float(raw["box_ap"]), "hardware_burden_flop": f"{burden:.10g}",
            "paper": "detectron " + raw["section"].split(" > ")[-1],
            "locator": f"MODEL_ZOO row {line}", "how": f"{hours:.4g} h {how}",
            "use": f"{LAW}; {TREND}"}))  # fmt: skip
    return found


def mmdet(folder: Path) -> list[Row]:
    """COCO: box AP with the year of the paper; no compute is stated."""
    found = []
    for raw in read(folder / "models/mmdet_coco.csv"):
        year = year_of(raw["paper_url"])
        if raw["metric"] == "box AP" and raw["value"] and year and raw["dataset"] == "COCO":
            found.append(entry("mmdet", "coco", {
                "network": raw["model"], "title": raw["paper"] or raw["collection"],
                "url": raw["paper_url"], "year": year, "score": float(raw["value"]),
                "paper": "mmdet " + raw["collection"], "locator": raw["config"],
                "how": "score and year only", "use": TREND}))  # fmt: skip
    return found


def timm(folder: Path) -> list[Row]:
    """ImageNet: operations per pass of the image size that was scored."""
    adds: dict[tuple[str, int], float] = {}
    for raw in read(folder / "models/timm_throughput.csv"):
        if raw["infer_gmacs"] and raw["infer_img_size"]:
            key = (raw["model"], int(float(raw["infer_img_size"])))
            adds.setdefault(key, float(raw["infer_gmacs"]) * 1e9)
    found = []
    for raw in read(folder / "models/timm_imagenet_and_robustness.csv"):
        size = int(raw["img_size"])
        count = adds.get((raw["model"], size)) or adds.get((raw["model"].split(".")[0], size))
        if count is None or float(raw["imagenet_top1"]) < 30:
            continue
        found.append(entry("timm", "imagenet", {
            "network": f"{raw['model']} @{size}", "title": "pytorch-image-models results",
            "url": "https://github.com/huggingface/pytorch-image-models",
            "score": float(raw["imagenet_top1"]),
            "parameters": f"{float(raw['params_million']) * 1e6:.10g}",
            "flop_per_pass": f"{2 * count:.10g}", "paper": "timm " + raw["model"].split("_")[0],
            "locator": f"results-imagenet, {raw['model']}",
            "how": "2 x multiply-adds of the same image size"
            + (", pre-trained on other data" if raw["pretrain_tag"] else ""),
            "use": PASS}))  # fmt: skip
    return found


def nlp_progress(folder: Path) -> list[Row]:
    """CoNLL and WMT: scores with the year of the paper; no compute is stated."""
    names = {"conll2003": ("conll", "F1"), "wmt2014_en_de": ("wmt14-en-de", "BLEU"),
             "wmt2014_en_fr": ("wmt14-en-fr", "BLEU")}  # fmt: skip
    found = []
    for line, raw in enumerate(read(folder / "models/leaderboards_nlp_progress_2024.csv"), 1):
        benchmark, metric = names.get(raw["benchmark"], ("", ""))
        cited = re.search(r"(?:et al\.|,|and [\w-]+),? (20\d\d)\)", raw["model"])
        year = cited[1] if cited else year_of(raw["url"])
        value = re.match(r"[\d.]+", raw["value"])
        if benchmark and raw["metric"] == metric and year and value:
            found.append(entry("nlp-progress", benchmark, {
                "network": raw["model"], "title": raw["paper"], "url": raw["url"], "year": year,
                "score": float(value[0]), "metric": metric, "paper": "nlp-progress",
                "locator": f"table row {line}", "how": "score and year only",
                "use": TREND}))  # fmt: skip
    return found


READERS: tuple[Callable[[Path], list[Row]], ...] = (
    pycls, mmpretrain, torchvision, detectron2, detectron, mmdet, timm, nlp_progress,
)  # fmt: skip


def collections(folder: Path) -> list[Row]:
    """Return the rows of every collection, exact repetitions once, each with a key."""
    rows: list[Row] = []
    for reader in READERS:
        seen: set[tuple[str, float]] = set()
        for row in reader(folder):  # a reader may repeat a row of its source
            key = (f"{row['network']}{row.get('hardware_burden_flop', '')}", row["score"])
            if key not in seen:
                seen.add(key)
                number = len(seen)
                rows.append(row | {"result": f"{row['collection']}/{row['benchmark']}/{number:04d}",
                                   "lineage": row["collection"]})  # fmt: skip
    return rows
