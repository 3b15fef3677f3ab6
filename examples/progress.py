"""Where progress on ImageNet came from: growth of compute, and compute against algorithms."""

import costlaw

if __name__ == "__main__":
    answer = costlaw.decompose("imagenet")
    print(answer)
    for row in answer.table().head(6).iter_rows(named=True):
        print({key: value for key, value in row.items() if value is not None})
