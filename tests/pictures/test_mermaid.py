"""Mermaid itself says which texts it can parse."""

from collections.abc import Callable


def test_only_faults_are_reported(problems_in_mermaid: Callable[[dict[str, str]], dict[str, str]]) -> None:
    texts = {
        "good": 'flowchart LR\n  a["conv 3x3 / 2"] -->|64 x 56 x 56| b(("+"))\n  subgraph Block\n    c --> d\n  end',
        "unclosed": "flowchart LR\n  a[conv --> b",
        "unknown": "picture LR\n  a --> b",
    }
    problems = problems_in_mermaid(texts)
    assert set(problems) == {"unclosed", "unknown"}
    assert all(problems.values())
