"""All that `run` would refuse about the data, as one report and without training."""

from __future__ import annotations

from dataclasses import replace

from training.data.checks import Finding, Report
from training.data.options import DataOptions, Say
from training.data.prepare import check_rows, learn_from, read_rows
from training.errors import DataRefused, LabelRefused
from training.evaluation.baselines import refuse_leakage, single_feature_aucs


def inspect(options: DataOptions, say: Say = lambda _: None) -> Report:
    """Return what the checks, the label and the leakage scan find.

    Where the checks find an error, label and features are not looked at.
    """
    dataset = read_rows(options, say)
    report = check_rows(options, dataset)
    if any(finding.level == "error" for finding in report.findings):
        return report
    try:
        prepared = learn_from(options, dataset, report, say)
        refuse_leakage(single_feature_aucs(prepared.train, prepared.recipe.feature_names))
    except DataRefused as error:
        name = "label" if isinstance(error, LabelRefused) else "features"
        return replace(report, findings=(*report.findings, Finding("error", name, str(error))))
    return report
