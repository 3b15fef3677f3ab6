"""The same training at three places and two utilizations: what is worth knowing."""

from costlaw.costs import Choice, contributions, price, site_for

COMPUTE_FLOP = 1e24

if __name__ == "__main__":
    for region in ("SE", "FR", "US", "PL"):
        bill = price(COMPUTE_FLOP, site_for("H100 SXM", Choice(region=region, utilization=0.4)))
        usd, carbon = bill.usd.value / 1e6, bill.co2e_kg.value / 1e3
        print(f"{region}: {usd:.1f} million USD, {carbon:,.0f} t CO2e")
    print("what makes the width in dollars if nothing is stated:")
    for name, share in contributions(COMPUTE_FLOP, site_for("H100 SXM"))["usd"].items():
        print(f"  {name:14} {share:.0%}")
