"""Build lab/data/shift_pairs.csv: networks with their error on ImageNet and under published shifts.

Usage: python scripts/build_shift_pairs.py FOLDER, with imagenet_testbed_top1.csv (made from
modestyachts/imagenet-testbed, MIT) and openclip_zeroshot_38.csv (mlfoundations/open_clip, MIT).

Kept: top-1 error on ImageNet, ImageNetV2 (matched frequency) and ObjectNet, with the ImageNet error
on ObjectNet's classes where it is stated. Left out: networks that are right on fewer than half of
ImageNet, and those that are trained to be robust, on part of the data or on altered pictures.
"""

import sys
from pathlib import Path

import polars as pl

TARGET = Path(__file__).parents[1] / "src/costlaw/lab/data/shift_pairs.csv"
ALTERED = ("smoothing", "madrylab_robust", "facebook_denoising", "adv_train_free", "low_accuracy",
           "custom_subsample_models", "stylized", "madrylab_rotation",
           "custom_data_aug_models")  # fmt: skip


def testbed(path):
    table = pl.read_csv(path, infer_schema_length=None)
    table = table.filter(pl.col("source_module").is_not_null() & (pl.col("val") > 50))
    group = pl.col("source_module").str.split(";").list.last()
    table = table.with_columns(group=group).filter(~pl.col("group").is_in(ALTERED))
    return table.select(
        collection=pl.lit("imagenet-testbed"), name="model", group="group",
        parameters=pl.lit(None, pl.Float64), flop_per_pass=pl.lit(None, pl.Float64),
        error=(1 - pl.col("val") / 100).round(6),
        error_v2=(1 - pl.col("imagenetv2_matched_frequency") / 100).round(6),
        error_on_objectnet_classes=(1 - pl.col("val_on_objectnet_classes") / 100).round(6),
        error_objectnet=(1 - pl.col("objectnet_1_0_beta") / 100).round(6),
        source_id=pl.lit("imagenet-testbed"),
    )  # fmt: skip


def openclip(path):
    table = pl.read_csv(path, infer_schema_length=None).filter(pl.col("imagenet_1k") > 0.5)
    return table.select(
        collection=pl.lit("openclip"), name=pl.col("name") + " " + pl.col("pretrained"),
        group=pl.col("pretrained").str.extract(r"^([a-z]+\d*[a-z]?)"),
        parameters=(pl.col("params_million") * 1e6).round(0),
        flop_per_pass=pl.col("gflops_per_forward_pass") * 1e9,
        error=(1 - pl.col("imagenet_1k")).round(6), error_v2=(1 - pl.col("imagenet_v2")).round(6),
        error_on_objectnet_classes=pl.lit(None, pl.Float64),
        error_objectnet=(1 - pl.col("objectnet")).round(6), source_id=pl.lit("openclip"),
    )  # fmt: skip


def main(folder):
    table = pl.concat([
        testbed(folder / "imagenet_testbed_top1.csv"),
        openclip(folder / "openclip_zeroshot_38.csv"),
    ]).sort("collection", "name")  # fmt: skip
    table.write_csv(TARGET)
    print(table.group_by("collection").agg(pl.len(), pl.col("group").n_unique()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
