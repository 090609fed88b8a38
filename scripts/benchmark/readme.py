"""The account of what perfwrap costs in scripts/benchmark/README.md: made from the baseline and put between two markers."""

from .markdown import detail_parts, in_one, machine_line, summary_parts

BEGIN, END = "<!-- cost -->\n", "<!-- /cost -->"


def cost_section(results):
    summary = in_one(summary_parts(results))
    details = in_one(detail_parts(results))
    fold = (
        f"\n<details><summary>Others meanwhile, perfwrap's own use, scale and accuracy</summary>\n\n{details}\n</details>\n"
        if details
        else ""
    )
    return f"{machine_line(results)}\n{summary}{fold}"


def with_cost_section(readme, results):
    """Nothing between the markers as long as no results were kept."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"scripts/benchmark/README.md: no {BEGIN.strip()} and {END} to put the tables between")
    return before + begin + (cost_section(results) if results else "") + end + after
