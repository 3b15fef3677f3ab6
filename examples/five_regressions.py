"""One scatter, five estimands: which way round the regression goes moves the answer."""

import costlaw

ESTIMANDS = ("error-on-compute", "compute-on-error", "reduced-major-axis", "frontier", "fixed-year")

if __name__ == "__main__":
    for estimand in ESTIMANDS:
        answer = costlaw.forecast(
            "imagenet", "5%", edition="v2", measure="network-operations", estimand=estimand
        )
        point, (low, high) = answer.answer.point_log10, answer.compute.interval(0.9)
        print(f"{estimand:19} 10^{point:5.2f} FLOP (90 %: {low:.0e} to {high:.0e})")
