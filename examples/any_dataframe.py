"""A dataframe of any library: polars here; pandas and pyarrow work the same."""

import polars as pl

import costlaw

if __name__ == "__main__":
    frame = pl.DataFrame(
        {
            "run": ["a", "b", "c", "d", "e", "f"],
            "Top-1 accuracy (%)": [61.0, 66.5, 70.9, 74.6, 77.8, 80.4],
            "train PFLOPs": [1e3, 4e3, 1.6e4, 6.4e4, 2.6e5, 1e6],
        }
    )
    named = {"error": "Top-1 accuracy (%)", "compute_flop": "train PFLOPs"}
    runs = costlaw.Runs.from_frame(frame, columns=named, error_unit="accuracy-percent")
    for choice in runs.choices:
        print(f"{choice.column:13} {choice.header} ({choice.reason})")
    print(repr(costlaw.fit(runs)))
