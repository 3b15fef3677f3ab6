"""Work with draws: how probable is it that 5 % on ImageNet costs less than a budget?"""

import numpy as np

import costlaw

if __name__ == "__main__":
    answer = costlaw.forecast("imagenet", "5%")
    usd = np.asarray(answer.cost.usd.draws)
    for budget in (3e7, 1e8, 3e8, 1e9, 1e10):
        print(f"P(cost < ${budget:,.0f}) = {np.mean(usd < budget):.0%}")
    carbon = answer.cost.co2e_kg / answer.cost.usd  # drawn together, so the ratio is narrower
    low, high = carbon.interval(0.9)
    print(f"carbon of a dollar: {carbon.value:.2f} kg CO2e (90 %: {low:.2f} to {high:.2f})")
