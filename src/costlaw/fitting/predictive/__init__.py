"""One predictive distribution of error at each compute, calibrated on curves like the user's.

Ask :func:`costlaw.fitting.predictive.predict.predict_curve`; everything else is a step of it.
"""
