"""Adds a review to the summary of a job of GitHub Actions."""

import os
import sys
from pathlib import Path

from cnnshape.render.review.markdown import to_markdown
from cnnshape.study.review import Review

VARIABLE = "GITHUB_STEP_SUMMARY"
LIMIT = 1 << 20
"""The most bytes of a step's summary; GitHub shows nothing of a longer one."""


def append_to_summary(review: Review) -> None:
    """Adds the designs that differ to the file that GITHUB_STEP_SUMMARY names, if it is set; notes what fails."""
    name = os.environ.get(VARIABLE)
    if not name or not review.designs:
        return
    path = Path(name)
    try:
        written = path.stat().st_size if path.exists() else 0
        before = "\n" if written else ""
        text = to_markdown(review, LIMIT - written - len(before))
        if not text:
            sys.stderr.write(f"note: the job's summary has {written:,} of {LIMIT:,} bytes: there is no room for more\n")
            return
        with path.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as summary:
            summary.write(before + text)
    except OSError as error:
        sys.stderr.write(f"note: can't write the job's summary: {error.strerror}\n")
