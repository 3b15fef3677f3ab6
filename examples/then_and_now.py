"""What famous systems cost then and cost today, side by side."""

import costlaw

SYSTEMS = ("AlexNet", "ResNet-152 (ImageNet)", "GPT-3 175B (davinci)")

if __name__ == "__main__":
    for name in SYSTEMS:
        card = costlaw.cost(name)
        then = card.owned or card.rented
        paid = f"{then.usd.value:,.0f} USD then" if then else "then unknown"
        print(f"{name}: {paid}, {card.today.usd.value:,.0f} USD today")
