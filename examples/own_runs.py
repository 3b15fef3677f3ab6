"""Own runs without any file: records in, a law and a priced forecast out."""

import costlaw

RUNS = [
    # name, error, compute [FLOP]: eight networks for handwritten digits (train_and_log.py)
    ("width-16", 0.5988, 17049600),
    ("width-24", 0.3503, 35804160),
    ("width-32", 0.1713, 66919680),
    ("width-40", 0.1036, 117216000),
    ("width-48", 0.0779, 196283520),
    ("width-56", 0.0613, 320745600),
    ("width-64", 0.0494, 513192960),
    ("width-72", 0.0404, 808470720),
]

if __name__ == "__main__":
    runs = [costlaw.Run(name=n, error=e, compute_flop=c) for n, e, c in RUNS]
    print(costlaw.fit(runs))
    print(costlaw.forecast(runs, "3.4%"))
