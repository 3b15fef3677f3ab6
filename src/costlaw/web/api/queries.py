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

    source: Text = Field(
        default="imagenet", description="A benchmark, or file:DIGEST of a file handed in."
    )
    edition: Text = Field(
        default="", description="Edition of the corpus: corrected, v1, v2, extended."
    )
    measure: Text = Field(default="", description="How compute is counted: hardware-burden, …")
    error_unit: Text = Field(default="auto", description="How a file states its error.")
    metric: Text = Field(default="", description="Which metric of a file is the error.")
    columns: Text = Field(default="", description="NAME=HEADER pairs of a file, separated by ;")
    ran_on: Text = Field(default="", description="Chip of runs that state hours and no chip.")
    chips: Text = Field(default="", description="How many each held, where only a time is stated.")

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

    law: Text = Field(
        default="", description="power, exponential, exponential-levels; for forecast pool."
    )
    estimand: Text = Field(default="error-on-compute", description="Which question is asked.")


class ForecastQuery(FitQuery):
    """Which forecast."""

    error: Text = Field(default="5%", description="Target error: 5% or 0.05; a loss for own runs.")
    site: Text = Field(default="today", description="today, article-2021 or authors-2022.")
    chip: Text = Field(default="", description="Chip to price on, instead of a site.")
    region: Text = Field(default="", description="Grid, instead of a site: FR, US-CA.")


class PlanQuery(FitQuery):
    """A target error or a budget, and by when."""

    error: Text = Field(default="", description="Target error, or empty for a budget alone.")
    budget: Text = Field(default="", description="For the final run: $2 million.")
    deadline: Text = Field(default="", description="Done by: 2027-06-30.")
    chance: float = Field(
        default=0.8, allow_inf_nan=False, description="Chance of reaching it that is enough."
    )
    at: Text = Field(default="", description="Only these sites, separated by commas; else all.")
    strategy: Text = Field(default="", description="Strategies separated by commas; none or all.")
    uses: Text = Field(default="", description="Adds running: 1e12 or 10 million/day.")
    per_use: Text = Field(default="", description="Operations of one use; with uses.")
    years: float = Field(default=3.0, allow_inf_nan=False, description="Service life [year].")
    width: float = Field(default=10.0, allow_inf_nan=False,
                         description="The ladder stops where an interval spans it.")  # fmt: skip
    site: Text = Field(default="today", description="today, article-2021 or authors-2022.")
    chip: Text = Field(default="", description="Chip to price on, instead of a site.")
    region: Text = Field(default="", description="Grid, instead of a site: FR, US-CA.")


class CompareQuery(Evidence):
    """Which runs, and perhaps a target at which every law is inverted."""

    error: Text = Field(default="", description="Target error, or empty.")


class PictureQuery(ForecastQuery):
    """Which picture, and on what."""

    width: int = Field(default=720, ge=320, le=2000, description="Width [px].")
    theme: Literal["light", "dark"] = Field(default="light", description="light or dark.")
    claim: Text = Field(default="", description="Which claim of the audit; for claim.")
    subject: Text = Field(
        default="AlexNet", description="System; for growth, dominance and break-even."
    )
    vs: Text = Field(default="NASNet-A", description="Second system; for growth.")
    uses: Text = Field(default="", description="Uses; for dominance and break-even.")
    years: Text = Field(default="", description="Service life; for dominance and break-even.")
    retrain: Text = Field(default="", description="Time between trainings; for both.")
    per_use: Text = Field(default="", description="Operations of one use; for both.")
    currency: Text = Field(default="usd", description="What is compared; for both.")

    def life(self) -> LifeQuery:
        """Return the question about a service life that a picture draws."""
        names = ("subject", "uses", "years", "retrain", "per_use", "currency")
        stated = {name: getattr(self, name) for name in names if getattr(self, name)}
        site = "" if self.chip or self.region else self.site
        return LifeQuery(**stated, chip=self.chip, region=self.region, strategy="all", site=site)


class CostQuery(BaseModel):
    """What is priced, and where."""

    model_config = ConfigDict(extra="forbid")

    subject: Text = Field(
        default="AlexNet", description="A system, an amount, or file:DIGEST of a run."
    )
    vs: Text = Field(default="", description="Put a second one beside it.")
    chip: Text = Field(default="", description="Chip to price on.")
    region: Text = Field(default="", description="Grid: FR, US-CA, gcp/europe-west9.")
    site: Text = Field(default="", description="A whole site, instead of chip and region.")
    number_format: Text = Field(default="", description="fp32, bf16, fp8, …")
    utilization: float | None = Field(
        default=None, description="Share of the peak.", allow_inf_nan=False
    )
    pue: float | None = Field(
        default=None, description="Facility energy over IT.", allow_inf_nan=False
    )
    price: float | None = Field(
        default=None, description="USD per device-hour.", allow_inf_nan=False
    )
    commitment: Text = Field(default="on-demand", description="on-demand, 1-year, 3-year or own.")
    vendor: Text = Field(default="", description="Only this vendor's rents.")
    provider: Text = Field(default="", description="Whose data centre.")
    date: Text = Field(default="", description="When it is paid: 2023 or 2023-06-01.")
    programme: float | None = Field(default=None, description="Whole programme over its final run.",
                                    allow_inf_nan=False)  # fmt: skip
    usd_year: int | None = Field(
        default=None, ge=1900, le=2200, description="Dollars of which year."
    )


class LifeQuery(BaseModel):
    """What a network costs over its life, and whether there is a cheaper way."""

    model_config = ConfigDict(extra="forbid")

    subject: Text = Field(
        default="GPT-3", description='A system, an amount, or "13 billion parameters".'
    )
    uses: Text = Field(default="1 billion/day", description="Uses in all (2e12) or 10 million/day.")
    years: Text = Field(default="3", description="Service life.")
    retrain: Text = Field(default="", description="Time between trainings: 6 months.")
    per_use: Text = Field(
        default="", description="Operations of one use; 2 per parameter if empty."
    )
    strategy: Text = Field(default="", description="Names separated by commas, or all.")
    equal_error: float | None = Field(default=None, allow_inf_nan=False,
                                      description="Charge strategies for their error.")  # fmt: skip
    map: bool = Field(default=False, description="Over all demands: training or running?")
    currency: Text = Field(
        default="usd", description="flop, device_hours, usd, energy_kwh or co2e_kg."
    )
    chip: Text = Field(default="", description="Chip to price on: H100 if empty.")
    region: Text = Field(default="", description="Grid: FR, US-CA, gcp/europe-west9.")
    site: Text = Field(default="", description="A whole site, instead of chip and region.")


_VIEWED = frozenset(View.__dataclass_fields__)
