"""The papers that the laws follow: one citation each, so that every law cites the same one.

Titles, years and identifiers only; what each paper measured is in the corpus, not here.
"""

from __future__ import annotations

from costlaw.sources import Source

HILL_1910 = Source(
    title="Hill, The possible effects of the aggregation of the molecules of haemoglobin",
    year=1910,
    locator="Journal of Physiology 40, iv-vii",
    obtained="recalled",
)
WINSOR_1932 = Source(
    title="Winsor, The Gompertz curve as a growth curve",
    year=1932,
    locator="Proceedings of the National Academy of Sciences 18, 1-8",
    obtained="recalled",
)
HESTNESS_2017 = Source(
    title="Hestness et al., Deep Learning Scaling is Predictable, Empirically",
    year=2017,
    url="https://arxiv.org/abs/1712.00409",
    obtained="recalled",
)
ALABDULMOHSIN_2022 = Source(
    title="Alabdulmohsin, Neyshabur, Zhai, Revisiting Neural Scaling Laws in Language and Vision",
    year=2022,
    url="https://arxiv.org/abs/2209.06640",
)
CABALLERO_2023 = Source(
    title="Caballero, Gupta, Rish, Krueger, Broken Neural Scaling Laws",
    year=2023,
    url="https://arxiv.org/abs/2210.14891",
)
HOFFMANN_2022 = Source(
    title="Hoffmann et al., Training Compute-Optimal Large Language Models",
    year=2022,
    url="https://arxiv.org/abs/2203.15556",
    locator="Approach 3",
)
BESIROGLU_2024 = Source(
    title="Besiroglu, Erdil, Barnett, You, Chinchilla Scaling: A replication attempt",
    year=2024,
    url="https://arxiv.org/abs/2404.10102",
)
MUENNIGHOFF_2023 = Source(
    title="Muennighoff et al., Scaling Data-Constrained Language Models",
    year=2023,
    url="https://arxiv.org/abs/2305.16264",
    locator="Section 3.1, equations 4 to 7",
    obtained="recalled",
)
ERDIL_2022 = Source(
    title="Erdil, Besiroglu, Algorithmic progress in computer vision",
    year=2022,
    url="https://arxiv.org/abs/2212.05153",
)
THOMPSON_2022 = Source(
    title="Thompson, Greenewald, Lee, Manso, The Computational Limits of Deep Learning",
    year=2022,
    url="https://arxiv.org/abs/2007.05558",
    locator="version 2",
)
GADRE_2024 = Source(
    title="Gadre et al., Language models scale reliably with over-training and on downstream tasks",
    year=2024,
    url="https://arxiv.org/abs/2403.08540",
    obtained="recalled",
)
GRATTAFIORI_2024 = Source(
    title="Grattafiori et al., The Llama 3 Herd of Models",
    year=2024,
    url="https://arxiv.org/abs/2407.21783",
    locator="Section 3.2.1",
    obtained="recalled",
)
