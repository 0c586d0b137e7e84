"""The bills as Markdown, and the document that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import fill
from typing import Final

from cdk.build.bundling import ROOT
from cdk.ops.costs import prices
from cdk.ops.costs.bill import GB, Footprint, Scoring, Use, monthly, scoring

DOCUMENT: Final = ROOT / "docs" / "costs.md"
MARK: Final = "<!-- from here on written by make costs -->\n"
SHOWN: Final = ("dev", "staging", "prod")
BIG_FILE_GB: Final = 100
BIG_FILE_WORKERS: Final = 1000
WIDTH: Final = 120


def document(footprints: Mapping[str, Footprint], use: Use) -> str:
    """Return docs/costs.md with the present tables in place of those it has."""
    return DOCUMENT.read_text(encoding="utf-8").partition(MARK)[0] + MARK + "\n" + report(footprints, use)


def report(footprints: Mapping[str, Footprint], use: Use) -> str:
    """Return the tables, and what a file of 100 GB takes in prod."""
    parts = (_assumptions(use), "\n".join(_bills(footprints, use)), _big_file_text(footprints["prod"], use))
    return "\n\n".join(parts) + "\n"


def in_short(footprints: Mapping[str, Footprint], use: Use) -> tuple[str, str]:
    """Return what the README says of it."""
    dev, prod = (sum(line.dollars for line in monthly(footprints[name], use)) for name in ("dev", "prod"))
    file = _big_file(footprints["prod"], use)
    return (
        f"it costs about ${dev:.0f} in dev and ${prod:.0f} in prod",
        (
            f"On paper, a file of {BIG_FILE_GB} GB takes {file.seconds:.0f} s and ${file.dollars:.2f} "
            f"on {BIG_FILE_WORKERS:,} workers"
        ),
    )


def _assumptions(use: Use) -> str:
    return fill(
        f"Prices: AWS list, {prices.REGION}, {prices.AS_OF}, in US dollars, free tiers not counted; **to be checked** "
        f"against AWS's calculator before a budget rests on them. Use: {use.predictions:,} predictions, one a request, "
        f"and {use.files} files of {use.rows_per_file:,} rows ({use.rows_per_file * use.row_bytes / 1e6:.0f} MB).",
        WIDTH,
    )


def _bills(footprints: Mapping[str, Footprint], use: Use) -> Iterator[str]:
    bills = {name: list(monthly(footprint, use)) for name, footprint in footprints.items()}
    yield f"| a month, in dollars | {' | '.join(bills)} |"
    yield f"| --- |{' ---: |' * len(bills)}"
    for lines in zip(*bills.values(), strict=True):
        yield f"| {lines[0].item} | {' | '.join(_dollars(line.dollars) for line in lines)} |"
    totals = (sum(line.dollars for line in bill) for bill in bills.values())
    yield f"| **all** | {' | '.join(f'**{_dollars(total)}**' for total in totals)} |"


def _big_file(footprint: Footprint, use: Use) -> Scoring:
    return scoring(footprint, use, round(BIG_FILE_GB * GB / use.row_bytes), BIG_FILE_WORKERS)


def _big_file_text(footprint: Footprint, use: Use) -> str:
    file = _big_file(footprint, use)
    return fill(
        f"A file of {BIG_FILE_GB} GB ({file.rows / 1e6:.0f} million rows, {file.chunks:,} chunks) on "
        f"{BIG_FILE_WORKERS:,} workers, at {use.rows_per_second:,} rows a second each: **{file.seconds:.0f} s** and "
        f"**{_dollars(file.dollars)} dollars** (Lambda {_dollars(file.lambda_dollars)}, Step Functions "
        f"{_dollars(file.transition_dollars)}, S3 requests {_dollars(file.s3_dollars)}). Of the time, "
        f"{use.finalize_seconds:.0f} s are assumed for joining the parts. It needs an account with that much Lambda "
        f"concurrency to spare; {footprint.environment.name} as it is scores "
        f"{footprint.environment.chunk_concurrency} chunks at once.",
        WIDTH,
    )


def _dollars(value: float) -> str:
    return f"{value:,.2f}"
