"""What may be asked: the query parameters of the API, with their meaning and bounds.

One idea: the names and defaults are those of the command line's options; unknown ones are refused
rather than left aside. Names are looked up by the rooms that know them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from costlaw.web.views import FILE, LONGEST, View

Text = Annotated[str, Field(max_length=LONGEST)]


class Evidence(BaseModel):
    """Which runs."""

    model_config = ConfigDict(extra="forbid")

    source: Text = Field("imagenet", description="A benchmark, or file:DIGEST of a file handed in.")
    edition: Text = Field("", description="Edition of the corpus: corrected, v1, v2, extended.")
    measure: Text = Field("", description="How compute is counted: hardware-burden, …")
    error_unit: Text = Field("auto", description="How a file states its error.")
    metric: Text = Field("", description="Which metric of a file is the error.")
    columns: Text = Field("", description="NAME=HEADER pairs of a file, separated by ;")

    def view(self, **more: Any) -> View:
        """Return the view that asks the same."""
        stated = {name: value for name, value in self.model_dump().items() if name in _VIEWED}
        stated = {name: value.strip() for name, value in {**stated, **more}.items()}
        usual = View()
        return View(**{name: value or getattr(usual, name) for name, value in stated.items()})

    @property
    def own(self) -> bool:
        """Whether a file is asked about."""
        return self.source.startswith(FILE)


class FitQuery(Evidence):
    """Which fit."""

    law: Text = Field("", description="power, exponential, exponential-levels; for forecast pool.")
    estimand: Text = Field("error-on-compute", description="Which question is asked.")


class ForecastQuery(FitQuery):
    """Which forecast."""

    error: Text = Field("5%", description="Target error: 5% or 0.05; a loss for own runs.")
    site: Text = Field("today", description="today, article-2021 or authors-2022.")


class PictureQuery(ForecastQuery):
    """Which picture, and on what."""

    width: int = Field(720, ge=320, le=2000, description="Width [px].")
    theme: Literal["light", "dark"] = Field("light", description="light or dark.")
    claim: Text = Field("", description="Which claim of the audit; for claim.")
    subject: Text = Field("AlexNet", description="First system; for growth.")
    vs: Text = Field("NASNet-A", description="Second system; for growth.")


class CostQuery(BaseModel):
    """What is priced, and where."""

    model_config = ConfigDict(extra="forbid")

    subject: Text = Field("AlexNet", description="A system, an amount, or file:DIGEST of a run.")
    vs: Text = Field("", description="Put a second one beside it.")
    chip: Text = Field("", description="Chip to price on.")
    region: Text = Field("", description="Grid: FR, US-CA, gcp/europe-west9.")
    site: Text = Field("", description="A whole site, instead of chip and region.")
    number_format: Text = Field("", description="fp32, bf16, fp8, …")
    utilization: float | None = Field(None, description="Share of the peak.", allow_inf_nan=False)
    pue: float | None = Field(None, description="Facility energy over IT.", allow_inf_nan=False)
    price: float | None = Field(None, description="USD per device-hour.", allow_inf_nan=False)
    commitment: Text = Field("on-demand", description="on-demand, 1-year, 3-year or own.")
    vendor: Text = Field("", description="Only this vendor's rents.")
    provider: Text = Field("", description="Whose data centre.")
    date: Text = Field("", description="When it is paid: 2023 or 2023-06-01.")
    programme: float | None = Field(None, description="Whole programme over its final run.",
                                    allow_inf_nan=False)  # fmt: skip
    usd_year: int | None = Field(None, ge=1900, le=2200, description="Dollars of which year.")


_VIEWED = frozenset(View.__dataclass_fields__)
